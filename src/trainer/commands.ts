// What the engine has asked of the trainer and was not done yet.
import type { TrainerCommand } from './protocol.ts';

export class Commands {
  #stop = false;
  #checkpoint = false;
  #listener: (() => void) | undefined;

  give(command: TrainerCommand): void {
    if ('stop' in command) this.#stop = true;
    else this.#checkpoint = true;
    this.#listener?.();
  }

  get stop(): boolean {
    return this.#stop;
  }

  /** True once for each request that came since the last call. */
  takeCheckpoint(): boolean {
    const asked = this.#checkpoint;
    this.#checkpoint = false;
    return asked;
  }

  /** Calls `listener` when something is asked, at once if something is open. There is one listener; undefined removes it. */
  listen(listener: (() => void) | undefined): void {
    this.#listener = listener;
    if (this.#stop || this.#checkpoint) listener?.();
  }
}
