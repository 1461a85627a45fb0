const cr = 13;
const [bulk, array] = ['$', '*'].map((type) => type.charCodeAt(0));

/** Cuts what a server of RESP2 sends into whole replies, as bytes. One for each connection. */
export class RedisReplies {
  #rest: Buffer = Buffer.alloc(0);

  /** The replies that are whole with these bytes, each as it was sent. */
  take(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const replies: Buffer[] = [];
    let start = 0;
    for (let end = endOf(bytes, 0); end !== undefined; end = endOf(bytes, start)) {
      replies.push(bytes.subarray(start, end));
      start = end;
    }
    this.#rest = bytes.subarray(start);
    return replies;
  }

  /** Whether it was sent to a subscriber, and answers no command that waits for a value. */
  isPush(reply: Buffer): boolean {
    return (
      reply[0] === array &&
      /^\*\d+\r\n\$\d+\r\n[sp]?(un)?(subscribe|message)\r\n/.test(reply.toString('latin1'))
    );
  }
}

/** Behind the reply that begins at `start`; undefined where it is not whole. */
function endOf(bytes: Buffer, start: number): number | undefined {
  let open = 1;
  let at = start;
  while (open > 0) {
    const lineEnd = bytes.indexOf(cr, at);
    if (lineEnd < 0 || lineEnd + 1 >= bytes.length) return undefined;
    const type = bytes[at];
    const size = type === bulk || type === array ? Number(bytes.toString('latin1', at + 1, lineEnd)) : 0;
    at = lineEnd + 2;
    open--;
    if (type === bulk && size >= 0) at += size + 2;
    if (type === array && size > 0) open += size;
    if (at > bytes.length) return undefined;
  }
  return at;
}
