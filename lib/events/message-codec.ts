/** How a generated proto message goes to bytes and back; the part of ts-proto's that events need. */
export interface MessageCodec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}
