/** Shows the person at the terminal how far a long piece of work is. */
export interface Progress {
  /** At `total` the work is done. Cheap, so it may be told of every step. */
  update(done: number, total: number): void;
}

/** For work of which nobody wants to see anything. */
export const silentProgress: Progress = { update() {} };

/** For work that is done in pieces: call it with the size of each piece. */
export function pieceByPiece(progress: Progress, total: number): (pieceSize: number) => void {
  let done = 0;
  progress.update(done, total);
  return (pieceSize) => {
    done += pieceSize;
    progress.update(done, total);
  };
}
