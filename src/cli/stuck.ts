import { Session } from 'node:inspector';
import type { Frame } from '../fronts/races/stack-place.ts';

/** How long a worker may take to say where it is, in milliseconds. */
const PATIENCE = 5000;

/** What the inspector says of a worker: the messages are JSON. */
interface WorkerEvent {
  readonly params: {
    readonly sessionId: string;
    readonly workerInfo?: { readonly workerId: string };
    readonly message?: string;
  };
}

type Told =
  | { readonly method: 'Debugger.scriptParsed'; readonly params: { readonly scriptId: string; readonly url: string } }
  | { readonly method: 'Debugger.paused'; readonly params: { readonly callFrames: readonly CallFrame[] } }
  | { readonly method: undefined };

interface CallFrame {
  readonly functionName: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number };
}

/**
 * Where a worker thread is, which does not come back: it is paused for a moment, as a debugger does it.
 * @returns its frames, the innermost first; none where it does not say
 */
export function framesOfWorker(threadId: number): Promise<readonly Frame[]> {
  return new Promise((resolve) => {
    const session = new Session();
    session.connect();
    let own = '';
    const urls = new Map<string, string>();
    const end = (frames: readonly Frame[]): void => {
      clearTimeout(timer);
      // A worker that is paused cannot be ended.
      if (own !== '') {
        tell(3, 'Debugger.resume');
        tell(4, 'Debugger.disable');
      }
      post('NodeWorker.disable', {});
      session.disconnect();
      resolve(frames);
    };
    const timer = setTimeout(() => end([]), PATIENCE);
    // The types of Node know only the events of this thread.
    const events = session as unknown as NodeJS.EventEmitter;
    const post = session.post.bind(session) as (method: string, params: object) => void;
    const tell = (id: number, method: string): void => {
      post('NodeWorker.sendMessageToWorker', { sessionId: own, message: JSON.stringify({ id, method }) });
    };
    events.on('NodeWorker.attachedToWorker', ({ params }: WorkerEvent) => {
      if (params.workerInfo?.workerId !== String(threadId)) return;
      own = params.sessionId;
      tell(1, 'Debugger.enable');
      tell(2, 'Debugger.pause');
    });
    events.on('NodeWorker.receivedMessageFromWorker', ({ params }: WorkerEvent) => {
      if (params.sessionId !== own) return;
      const told = JSON.parse(params.message ?? '{}') as Told;
      if (told.method === 'Debugger.scriptParsed') urls.set(told.params.scriptId, told.params.url);
      if (told.method === 'Debugger.paused') end(told.params.callFrames.map((frame) => frameOf(frame, urls)));
    });
    post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}

const frameOf = ({ functionName, location }: CallFrame, urls: ReadonlyMap<string, string>): Frame => ({
  name: functionName,
  file: urls.get(location.scriptId) ?? '',
  line: location.lineNumber + 1,
  column: location.columnNumber + 1,
});
