/** A list's answer as it came off the wire, its body decompressed. */
export interface ReceivedAnswer {
  readonly body: Uint8Array
  readonly status: number
  readonly requestId: string
  /** All tries of the request together, the successful one included. */
  readonly attempts: number
  /** The server's clock from the Date header, epoch milliseconds. */
  readonly serverTimeMillis: number | null
  /** When the answer had arrived whole, epoch milliseconds. */
  readonly receivedAtMillis: number
}
