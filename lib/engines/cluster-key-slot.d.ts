declare module 'cluster-key-slot' {
  /** The slot of a key, or of its hash tag: CRC16 modulo 16,384, as Redis has it. */
  export default function calculateSlot(key: string | Buffer): number;
}
