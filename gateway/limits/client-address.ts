import { isIPv6 } from 'node:net';

/**
 * Who an address stands for: itself, or its network of 64 bits where it is one of IPv6, because whoever has one of those
 * has all of them.
 */
export function clientAddress(ip: string): string {
  if (!ip.includes(':')) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped) return mapped;
  const [address = ip] = ip.split('%');
  if (!isIPv6(address)) return ip;
  return `${groupsOf(address)
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** The groups before the last 32 bits, which may be written as an IPv4 address. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head ? head.split(':') : [];
  if (tail === undefined) return left;
  const right = tail ? tail.split(':') : [];
  const missing = 8 - left.length - right.length - (tail.includes('.') ? 1 : 0);
  return [...left, ...Array<string>(Math.max(0, missing)).fill('0'), ...right];
}
