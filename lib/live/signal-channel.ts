/**
 * The one Redis channel of all signals; a message is a topic. A channel for each topic would leave state in Redis for
 * each subscription and cost a round trip at its start and end. Shards of channels would spare a gateway nothing: with
 * some thousand subscriptions it listens to all of them. So every gateway hears every signal, and drops those of others
 * by one look into a map; ten thousand a second are half a megabyte. PUBLISH reaches all nodes of a cluster.
 */
export const signalChannel = 'live:signals';
