import { gzipSync } from "node:zlib"
import { problemBody, refusal } from "../server/problem.ts"
import type { Fault } from "./fault.ts"

const maintenance =
  "<!doctype html>\n<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>\n"

const unavailable = refusal("PARTNER_PROCESSING_UNAVAILABLE", "The API cannot process requests at the moment.")

/** Nobody can own a host of this name (RFC 2606), so a client that follows hands its signature to nobody. */
const elsewhere = "https://elsewhere.invalid"

/** Bodies that are not what the status promises. They have a hold on pages and records, not on refusals. */
export const bodies = [
  {
    name: "truncated_json",
    sentence: "200 with a JSON body that ends early, its length consistent.",
    span: "ask",
    strike: (answer, { chance }) => {
      if (answer.status !== 200) return null
      const body = Buffer.from(answer.body)
      return { ...answer, body: body.subarray(0, chance.int(1, body.length - 1)) }
    },
  },
  {
    name: "html_200",
    sentence: "200 with an HTML page in the place of JSON.",
    span: "ask",
    strike: (answer) =>
      answer.status === 200
        ? { ...answer, headers: { ...answer.headers, "content-type": "text/html; charset=utf-8" }, body: maintenance }
        : null,
  },
  {
    name: "problem_200",
    sentence: "200 with the body of a problem.",
    span: "ask",
    strike: (answer) =>
      answer.status === 200
        ? {
            ...answer,
            code: unavailable.code,
            headers: { ...answer.headers, "content-type": "application/problem+json" },
            body: problemBody(unavailable, answer.headers["x-request-id"] ?? ""),
          }
        : null,
  },
  {
    name: "redirect",
    sentence: "302 to another host.",
    span: "ask",
    strike: (answer, { url }) => ({
      status: 302,
      code: null,
      headers: {
        date: answer.headers.date ?? "",
        location: `${elsewhere}${url}`,
        "content-type": "text/html; charset=utf-8",
      },
      body: "<!doctype html>\n<html><head><title>302 Found</title></head><body><h1>302 Found</h1></body></html>\n",
    }),
  },
  {
    name: "huge_page",
    sentence: "The right page, padded with huge_megabytes of blanks.",
    span: "ask",
    strike: (answer, { settings }) => {
      if (answer.page === undefined) return null
      const body = Buffer.from(answer.body)
      const padding = Buffer.alloc(settings.hugeMegabytes * 1_000_000, " ")
      return { ...answer, body: Buffer.concat([body.subarray(0, -1), padding, body.subarray(-1)]) }
    },
  },
  {
    name: "gzip",
    sentence: "The right body in gzip, whether or not the client accepts it.",
    span: "ask",
    strike: (answer) =>
      answer.status === 200
        ? { ...answer, headers: { ...answer.headers, "content-encoding": "gzip" }, body: gzipSync(answer.body) }
        : null,
  },
] as const satisfies ReadonlyArray<Fault>
