import type { CodeEntry } from '../program/codes.ts';
import type { Flag, KnownFlag } from '../program/flags.ts';

/** What is told of a flag: in one clause under a result, and at length by `holdfast explain FLAG`. */
export interface FlagEntry extends CodeEntry {
  readonly clause: string;
}

/** Every flag; the names and conditions are those of tools/memory-model of Linux 6.12. */
export const FLAG_ENTRIES: Readonly<Record<KnownFlag, FlagEntry>> = {
  'data-race': {
    title: 'Data race',
    clause: 'plain accesses race, so the model promises nothing about this test',
    meaning:
      'In some execution two threads access one word, one of them writes, one of the accesses is plain, and nothing orders ' +
      'them. The compiler may then do anything with the plain one, so the model promises nothing about the test.',
    remedy:
      'Mark the accesses (READ_ONCE, WRITE_ONCE and their kind), or order them by a lock or by barriers. ' +
      '`holdfast show` has an execution in which they race.',
  },
  'invalid-sleep': {
    title: 'A grace period of SRCU inside of an RCU section',
    clause: 'synchronize_srcu() sleeps, which an RCU read-side section must not',
    meaning:
      'A thread calls synchronize_srcu() between rcu_read_lock() and the rcu_read_unlock() that matches it. It sleeps, and ' +
      'whoever sleeps there holds up every grace period of RCU.',
    remedy:
      'Wait for the grace period outside of the section, or make the section one of SRCU, of another srcu_struct.',
  },
  'lock-final': {
    title: 'The final value of a lock is asked for',
    clause: 'the final value of a lock, or of an srcu_struct, means nothing',
    meaning:
      'The condition, `locations` or `filter` names a spinlock or an srcu_struct that the threads use. What it holds is ' +
      'nobody else’s business than that of the primitives, so its final value tells nothing.',
    remedy: 'Ask for what a thread saw, as by spin_trylock() or spin_is_locked(), not for the lock itself.',
  },
  'mixed-accesses': {
    title: 'Plain writes and marked accesses of one word',
    clause: 'plain writes and marked accesses of one location stand in one region',
    meaning:
      'A thread writes a word plainly and accesses it with a mark as well, with no barrier between. The compiler may move or ' +
      'split the plain write, so the model is less sure of the order of the two than it seems.',
    remedy: 'Mark both accesses, or put at least a barrier() between them.',
  },
  'mixed-lock-accesses': {
    title: 'A lock that is accessed as data',
    clause: 'a lock, or an srcu_struct, is accessed as an ordinary variable too',
    meaning:
      'A word that is used as a spinlock or an srcu_struct is also read or written in some other way. The primitives rely on ' +
      'it that nobody else touches the word.',
    remedy: 'Use a word of its own for the lock. Whether it is held is asked by spin_is_locked().',
  },
  'multiple-srcu-matches': {
    title: 'An SRCU section that ends twice',
    clause: 'the value of one srcu_read_lock() is given to several srcu_read_unlock()s',
    meaning:
      'What one srcu_read_lock() returned is given to several srcu_read_unlock()s of the same srcu_struct, directly or ' +
      'through memory, so that the section ends more than once.',
    remedy: 'Give what an srcu_read_lock() returned to one srcu_read_unlock() alone, on every way.',
  },
  'srcu-bad-value-match': {
    title: 'An srcu_read_unlock() with a value that was changed',
    clause: 'srcu_read_unlock() is given another value than its srcu_read_lock() returned',
    meaning:
      'The value given to srcu_read_unlock() was computed from what srcu_read_lock() returned, and is not the same. The ' +
      'value tells which of two counters to decrease; with a wrong one, grace periods end too early or never.',
    remedy: 'Give srcu_read_unlock() the value as it was returned.',
  },
  'unmatched-rcu-lock': {
    title: 'An RCU section without an end',
    clause: 'an rcu_read_lock() has no rcu_read_unlock()',
    meaning:
      'A thread ends within a read-side critical section: an rcu_read_lock() has no rcu_read_unlock() that matches it, ' +
      'nested as parentheses are. For the model there is no section then.',
    remedy: 'End each section on every way through the thread, early returns among them.',
  },
  'unmatched-rcu-unlock': {
    title: 'The end of an RCU section that did not begin',
    clause: 'an rcu_read_unlock() has no rcu_read_lock()',
    meaning: 'An rcu_read_unlock() has no rcu_read_lock() before it that it could match, nested as parentheses are.',
    remedy: 'Begin each section on every way that leads to its end.',
  },
  'unmatched-srcu-lock': {
    title: 'An SRCU section without an end',
    clause: 'the value of an srcu_read_lock() reaches no srcu_read_unlock()',
    meaning:
      'An srcu_read_lock() is matched by the srcu_read_unlock() of the same srcu_struct that is given what it returned, ' +
      'directly or through memory. Here there is none.',
    remedy: 'Give what srcu_read_lock() returned to an srcu_read_unlock() of the same srcu_struct, on every way.',
  },
  'unmatched-srcu-unlock': {
    title: 'The end of an SRCU section that did not begin',
    clause: 'an srcu_read_unlock() is given a value that comes from no srcu_read_lock()',
    meaning:
      'An srcu_read_unlock() is given a value that does not come from an srcu_read_lock() of the same srcu_struct, neither ' +
      'directly nor through memory.',
    remedy: 'Give it what srcu_read_lock() of the same srcu_struct returned.',
  },
  'unmatched-unlock': {
    title: 'A lock that is given back by who does not hold it',
    clause: 'a spin_unlock() has no spin_lock() of its thread before it',
    meaning:
      'A spin_unlock() is matched by the nearest spin_lock(), or spin_trylock() that succeeds, before it in its thread. Here ' +
      'there is none, or another spin_unlock() stands between. The model gives such an unlock no place among those who ' +
      'hold the lock: nobody can take the lock from it.',
    remedy: 'Give a lock back once, and only where it was taken: after spin_trylock(), where that succeeded.',
  },
};

/** What a flag says, in a clause. */
export const flagClause = (flag: Flag): string =>
  Object.hasOwn(FLAG_ENTRIES, flag) ? FLAG_ENTRIES[flag as KnownFlag].clause : 'the model flags it so';
