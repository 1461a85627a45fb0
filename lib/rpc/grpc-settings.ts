import type { ChannelOptions } from '@grpc/grpc-js';

export interface GrpcLimits {
  /** The largest request or response, in bytes; 4 MiB by default. Both ends of a link use the same. */
  readonly maxMessageBytes?: number;
}

/** What both ends of a link agree on. An idle connection that broke silently is found within 40 seconds. */
export function grpcSettings({ maxMessageBytes = 4 * 1024 * 1024 }: GrpcLimits): ChannelOptions {
  return {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  };
}
