/** A delivery that needs a courier. */
export interface CourierRequest {
  /** The same for the same delivery, whoever calls and however often. */
  readonly reference: string;
  readonly orderId: string;
  /** Where the courier goes first. */
  readonly shopId: string;
}

export type CourierAnswer =
  | {
      readonly kind: 'assigned';
      /** As customers see it. */
      readonly courierName: string;
      /** What the dispatch calls the courier's trip. */
      readonly courierReference: string;
    }
  /** Nobody can come now. It is asked again later. */
  | { readonly kind: 'refused'; readonly reason: string };

/** How long the caller waits. */
export interface CourierCallLimits {
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Whoever sends couriers. */
export interface CourierDispatch {
  /**
   * Asks for a courier. It may have sent one although its answer was lost, so a reference that comes again means the
   * courier that it has: the answer is the same, and no second courier sets out. A rejection says nothing about whether
   * one was sent.
   */
  call(request: CourierRequest, limits: CourierCallLimits): Promise<CourierAnswer>;
}
