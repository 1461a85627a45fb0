import type { Goods } from '@tiffin/proto/gen/tiffin/goods/v1/goods';
import type { Shop } from '@tiffin/proto/gen/tiffin/shop/v1/shop';
import { type EntryKind, entryKinds, type IndexedEntry } from '../data/entry.ts';
import { wordsOf } from './words.ts';

type Findable = Pick<Shop | Goods, 'id' | 'name' | 'description' | 'version'>;

export const shopEntry = (shop: Findable) => entryOf(entryKinds.shop, shop);
export const goodsEntry = (goods: Findable) => entryOf(entryKinds.goods, goods);

function entryOf(kind: EntryKind, { id, name, description, version }: Findable): IndexedEntry {
  const words = { nameWords: wordsOf(name), bodyWords: wordsOf(description) };
  return { kind, refId: id, name, body: description, version, ...words };
}
