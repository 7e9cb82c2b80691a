import { spawnSync } from "node:child_process"
import { createHash, createHmac } from "node:crypto"
import { inspect } from "node:util"
import { FastCheck as fc, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { type SignedParts, sha256Hex, sign, signatureBase } from "../../src/api/signing.ts"

const secret = Redacted.make("sandbox-secret-of-the-vector")
const emptyBody = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const get: SignedParts = {
  method: "GET",
  pathAndQuery:
    "/partner/v1/customers/7f9c2ba4-e88f-4a5d-9c3b-0d1e2f3a4b5c/fiat-deposits?limit=200&cursor=b2Zmc2V0PTIwMA%3D%3D",
  body: "",
  timestamp: "2026-06-28T00:00:00Z",
  nonce: "6f1c1f0e-9f43-4a58-8a3b-1b0f6f6a1d11",
  idempotencyKey: "",
}

const post: SignedParts = {
  method: "POST",
  pathAndQuery: "/partner/v1/customers/7f9c2ba4-e88f-4a5d-9c3b-0d1e2f3a4b5c/fiat-withdrawals",
  body: '{"currency":"EUR","amount":"1250.50"}',
  timestamp: "2026-06-28T00:00:00Z",
  nonce: "6f1c1f0e-9f43-4a58-8a3b-1b0f6f6a1d12",
  idempotencyKey: "withdrawal-2026-0001",
}

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0

describe("the signature base", () => {
  it("of a GET holds path and query as sent, the hash of nothing, and ends with an empty last line", () => {
    expect(signatureBase(get)).toBe(
      "GET\n" +
        "/partner/v1/customers/7f9c2ba4-e88f-4a5d-9c3b-0d1e2f3a4b5c/fiat-deposits?limit=200&cursor=b2Zmc2V0PTIwMA%3D%3D\n" +
        `${emptyBody}\n` +
        "2026-06-28T00:00:00Z\n" +
        "6f1c1f0e-9f43-4a58-8a3b-1b0f6f6a1d11\n",
    )
  })

  it("of a POST ends with its Idempotency-Key and holds the hash of its body", () => {
    expect(signatureBase(post).split("\n")).toEqual([
      "POST",
      "/partner/v1/customers/7f9c2ba4-e88f-4a5d-9c3b-0d1e2f3a4b5c/fiat-withdrawals",
      "f6b772ecc50c54f26b8db14ed0351ba362fdf5f16d80364d0728600272ddb60d",
      "2026-06-28T00:00:00Z",
      "6f1c1f0e-9f43-4a58-8a3b-1b0f6f6a1d12",
      "withdrawal-2026-0001",
    ])
  })

  it("hashes a body's bytes and its text alike", () => {
    expect(sha256Hex(new TextEncoder().encode("Zürich"))).toBe(sha256Hex("Zürich"))
    expect(sha256Hex("")).toBe(emptyBody)
  })
})

describe("the signature", () => {
  it("is the one that openssl gave for the GET and the POST", () => {
    expect(sign(secret, get)).toBe("d71c10768dfbca2c372b14f9c894c93abdb9f58416045b90c25ddcd4c46f3274")
    expect(sign(secret, post)).toBe("4b377fa437626a47046f970ac476bc993bb3e20ec38d719a56997501d9c1c745")
  })

  it.skipIf(!hasOpenssl)("is the one that openssl gives now, over a base joined by hand", () => {
    const base = [post.method, post.pathAndQuery, sha256Hex(post.body), post.timestamp, post.nonce, post.idempotencyKey]
    const { stdout } = spawnSync("openssl", ["dgst", "-sha256", "-hmac", Redacted.value(secret)], {
      input: base.join("\n"),
      encoding: "utf8",
    })
    expect(stdout.trim().split(/\s+/).at(-1)).toBe(sign(secret, post))
  })

  it("is the HMAC over six hand-joined lines, whatever they hold", () => {
    const text = fc.string({ unit: "grapheme" })
    const parts = fc.record({
      method: fc.constantFrom("GET", "POST", "DELETE"),
      pathAndQuery: text,
      body: text,
      timestamp: text,
      nonce: text,
      idempotencyKey: text,
    })
    fc.assert(
      fc.property(parts, fc.string({ minLength: 1 }), (signed, key) => {
        const bodyHash = createHash("sha256").update(Buffer.from(signed.body, "utf8")).digest("hex")
        const base = `${signed.method}\n${signed.pathAndQuery}\n${bodyHash}\n${signed.timestamp}\n${signed.nonce}\n${signed.idempotencyKey}`
        const byHand = createHmac("sha256", Buffer.from(key, "utf8")).update(Buffer.from(base, "utf8")).digest("hex")
        const given = sign(Redacted.make(key), signed)
        expect(given).toBe(byHand)
        expect(given).toMatch(/^[0-9a-f]{64}$/)
      }),
    )
  })

  it("changes when any of its parts changes", () => {
    const changes: ReadonlyArray<Partial<SignedParts>> = [
      { method: "POST" },
      { pathAndQuery: `${get.pathAndQuery}&x` },
      { body: " " },
      { timestamp: "2026-06-28T00:00:01Z" },
      { nonce: "6f1c1f0e-9f43-4a58-8a3b-1b0f6f6a1d13" },
      { idempotencyKey: "k" },
    ]
    const signatures = [get, ...changes.map((change) => ({ ...get, ...change }))].map((parts) => sign(secret, parts))
    expect(new Set(signatures).size).toBe(changes.length + 1)
  })

  it("leaves the secret hidden however its holder is shown", () => {
    const holder = { baseUrl: "https://api.example.test", clientId: "p", clientSecret: secret }
    for (const shown of [String(secret), `${secret}`, JSON.stringify(holder), inspect(holder, { depth: 9 })]) {
      expect(shown).not.toContain(Redacted.value(secret))
    }
  })
})
