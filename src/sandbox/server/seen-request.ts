/** A request as it stood on the wire. */
export interface SeenRequest {
  readonly method: string
  /** Raw path and query, exactly as sent. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}
