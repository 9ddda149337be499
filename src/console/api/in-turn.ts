/**
 * Does one thing at a time: where it is asked for while it is under way, it is done once more when it has ended. Giving
 * up what is under way instead would never come to an end where it takes longer than until it is asked for again.
 */
export function inTurn(task: () => Promise<void>): () => void {
  let isUnderWay = false;
  let isWanted = false;
  const run = async (): Promise<void> => {
    isWanted = true;
    if (isUnderWay) return;
    isUnderWay = true;
    while (isWanted) {
      isWanted = false;
      await task();
    }
    isUnderWay = false;
  };
  return () => void run();
}
