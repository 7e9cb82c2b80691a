import { createHash, createHmac, randomUUID } from "node:crypto"

export const client = { id: "sandbox-client", secret: "a secret of the tests" }

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    readonly code?: string
    readonly detail?: string
    readonly requestId?: string
    readonly errors?: ReadonlyArray<{ readonly field: string }>
    readonly data?: ReadonlyArray<Readonly<Record<string, unknown>>>
    readonly pageInfo?: { readonly nextCursor: string | null; readonly hasMore: boolean }
  }
  readonly text: string
}

export interface Changes {
  readonly method?: string
  readonly timestamp?: string
  readonly nonce?: string
  readonly secret?: string
  /** Signs this path instead of the one that is asked for. */
  readonly signedPath?: string
  /** Sends these; null leaves a header out. */
  readonly headers?: Readonly<Record<string, string | null>>
}

/** The headers of a request, with a signature made by hand, line by line as the contract says. */
export const signedHeaders = (path: string, changes: Changes = {}): ReadonlyArray<[name: string, value: string]> => {
  const method = changes.method ?? "GET"
  const timestamp = changes.timestamp ?? new Date().toISOString()
  const nonce = changes.nonce ?? randomUUID()
  const bodyHash = createHash("sha256").update("").digest("hex")
  const base = [method, changes.signedPath ?? path, bodyHash, timestamp, nonce, ""].join("\n")
  const signature = createHmac("sha256", changes.secret ?? client.secret)
    .update(base)
    .digest("hex")
  const headers: Record<string, string | null> = {
    "X-Partner-Client-Id": client.id,
    "X-Partner-Timestamp": timestamp,
    "X-Partner-Nonce": nonce,
    "X-Partner-Signature": signature,
    "X-Request-Id": "request-of-a-test",
    ...changes.headers,
  }
  return Object.entries(headers).filter((header): header is [string, string] => header[1] !== null)
}

/** Asks signed, and with whatever a test wants wrong. */
export const signedGet = async (baseUrl: string, path: string, changes: Changes = {}): Promise<Answered> => {
  const headers = [...signedHeaders(path, changes)]
  const response = await fetch(`${baseUrl}${path}`, { method: changes.method ?? "GET", headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text }
}
