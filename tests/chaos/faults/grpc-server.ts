import { AppError } from '@tiffin/lib/errors/app-error';
import {
  createGrpcServer as create,
  type GrpcServer,
  type GrpcServerOptions,
} from '@tiffin/lib/rpc/grpc-server';
import { losing } from './losing.ts';

const loses = losing('answers');

/** Some rpcs do what they are asked, and their caller does not hear of it. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { server } = options;
  return create({
    ...options,
    server: {
      ...server,
      async dispatch(path, request, context) {
        const response = await server.dispatch(path, request, context);
        if (loses()) throw new AppError('UNAVAILABLE', { retryAfterMs: 0 });
        return response;
      },
    },
  });
}
