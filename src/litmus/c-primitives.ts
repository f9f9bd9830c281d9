import type { Action, Primitive } from './primitive.ts';
import { PRIMITIVES } from './primitives.ts';

/** What only a file of C may call: it has threads that it starts itself, and memory that it allocates. */
function makePrimitives(): Map<string, Primitive> {
  const all = new Map<string, Primitive>();
  const add = (names: string, parameters: string, action: Action): void => {
    for (const name of names.split(' ')) all.set(name, { parameters, ...action });
  };
  add('pthread_create', 'p_Fv', { kind: 'startThread', isHandleReturned: false });
  add('kthread_run', 'Fv*', { kind: 'startThread', isHandleReturned: true });
  add('pthread_join', 'v_', { kind: 'joinThread' });
  add('kthread_stop', 'v', { kind: 'joinThread' });
  add('kmalloc kvmalloc', 'v_', { kind: 'allocate', isZeroed: false });
  add('malloc', 'v', { kind: 'allocate', isZeroed: false });
  add('kzalloc kvzalloc', 'v_', { kind: 'allocate', isZeroed: true });
  add('kfree kvfree free', 'v', { kind: 'free' });
  add('lockdep_assert_held', 'p', { kind: 'assertHeld' });
  for (const name of ['spin_lock_init', 'raw_spin_lock_init', 'mutex_init', 'init_rwsem', 'rwlock_init']) {
    add(name, 'v', { kind: 'nothing' });
  }
  return all;
}

const C_PRIMITIVES: ReadonlyMap<string, Primitive> = makePrimitives();

/** What a file of C calls by this name, if it does not define that itself. */
export const primitiveNamed = (name: string): Primitive | undefined => PRIMITIVES.get(name) ?? C_PRIMITIVES.get(name);

/** The names of all. */
export const primitiveNames = (): string[] => [...PRIMITIVES.keys(), ...C_PRIMITIVES.keys()];
