/** A bare server of Node's; the gateway's receiver over a store that keeps nothing; the same over a real one. */
export const receiverKinds = ['floor', 'storeless', 'durable'] as const;
export type ReceiverKind = (typeof receiverKinds)[number];
