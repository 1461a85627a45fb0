/** One kind of thing that a service caches: what its keys and its values look like. */
export interface CachedKind<Value extends object> {
  /** For metrics, logs and `extensions.degraded`, where only a word can stand: `shopGoods`. Unique in the product. */
  readonly name: string;
  /** The Redis key of an id: short, and of this kind alone. All keys of a service stand in its `data/keys.ts`. */
  readonly key: (id: string) => string;
  readonly codec: CacheCodec<Value>;
}

/** How values travel, as protobuf. */
export interface CacheCodec<Value> {
  /** 1 to 255. Rises whenever values that were written before could be misread: they count as undecodable then. */
  readonly version: number;
  readonly encode: (value: Value) => Uint8Array;
  /** Throws where the bytes are no value. */
  readonly decode: (bytes: Uint8Array) => Value;
}

/**
 * The values of these ids as the database has them now; an id without one is absent. A load belongs to all who wait for
 * it, so it takes nothing from the call that started it: no deadline, no signal, no transaction, no replica that lags.
 */
export type LoadValues<Value> = (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
