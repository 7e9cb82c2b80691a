import { createHash, createHmac, randomUUID } from "node:crypto"
import * as Undici from "@effect/platform-node/Undici"
import { clientId, clientSecret } from "./load-setup.ts"

const emptyBody = createHash("sha256").update("").digest("hex")

/** One page as barely as it can be asked for: signed, fetched, and nothing else. */
export const barePage = async (baseUrl: string, path: string): Promise<Buffer> => {
  const timestamp = new Date().toISOString()
  const nonce = randomUUID()
  const base = ["GET", path, emptyBody, timestamp, nonce, ""].join("\n")
  const response = await Undici.request(`${baseUrl}${path}`, {
    headers: {
      "x-partner-client-id": clientId,
      "x-partner-timestamp": timestamp,
      "x-partner-nonce": nonce,
      "x-partner-signature": createHmac("sha256", clientSecret).update(base).digest("hex"),
      "x-request-id": randomUUID(),
    },
  })
  const body = Buffer.from(await response.body.arrayBuffer())
  if (response.statusCode !== 200) throw new Error(body.toString())
  return body
}
