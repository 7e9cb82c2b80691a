import { connect } from "node:net"
import { type Changes, signedHeaders } from "./signed-get.ts"

/** What came over the wire until the connection ended. */
export interface Wire {
  /** How the connection ended: null for in peace, else the code of the error. */
  readonly broken: string | null
  /** Null where no whole head arrived. */
  readonly status: number | null
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** The bytes after the head, as they came. */
  readonly body: Buffer
  /** All that came, the head included. */
  readonly bytes: number
}

const read = (received: Buffer, broken: string | null): Wire => {
  const end = received.indexOf("\r\n\r\n")
  const [first = "", ...lines] = received.subarray(0, Math.max(0, end)).toString("latin1").split("\r\n")
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]
  return {
    broken,
    status: status === undefined ? null : Number(status),
    headers: new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(":")
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    ),
    body: end < 0 ? Buffer.alloc(0) : received.subarray(end + 4),
    bytes: received.length,
  }
}

/** A signed GET over a bare socket, so that a test sees what an HTTP client would hide or repair. */
export const wireGet = (baseUrl: string, path: string, changes: Changes = {}): Promise<Wire> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(baseUrl)
    const chunks: Array<Buffer> = []
    let broken: string | null = null
    const socket = connect(Number(port), hostname)
    socket.on("data", (chunk) => {
      chunks.push(chunk)
      const { body, headers } = read(Buffer.concat(chunks), null)
      // Kept alive, as real clients keep theirs: whoever promises more than it sends must hang up itself.
      if (headers.get("content-length") === String(body.length)) socket.end()
    })
    socket.on("error", (error: NodeJS.ErrnoException) => {
      broken = error.code ?? error.message
    })
    socket.on("close", () => resolve(read(Buffer.concat(chunks), broken)))
    const headers = signedHeaders(path, changes).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n${headers.join("")}\r\n`)
  })
