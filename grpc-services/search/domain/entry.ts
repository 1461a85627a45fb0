export { type EntryKind, entryKinds, type FoundEntry, type FoundPosition } from '../data/entry.ts';
