import { openRedis } from '../engines/redis.ts';
import { describeInterleavings } from './interleavings.contract.ts';

describeInterleavings('inside this process', () => openRedis({ keyspace: 'interleavings' }));
