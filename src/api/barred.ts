const ownAuthority =
  "where your company's own authority signs, as behind a proxy that reads TLS, name its certificate file (PEM) in NODE_EXTRA_CA_CERTS"
const validity = "check this machine's clock; where it is right, whoever runs the server must renew the certificate"

/** What Node says of a certificate that it does not trust, by OpenSSL's codes, and what a person can do. */
const certificateRemedies: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: ownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: ownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: ownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ownAuthority,
  CERT_UNTRUSTED: ownAuthority,
  CERT_NOT_YET_VALID: validity,
  CERT_HAS_EXPIRED: validity,
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is another host's: check OCEAFIN_PARTNER_API_BASE_URL and the proxy",
}

const proxyAuthentication =
  "the proxy asks who you are: write user and password into HTTPS_PROXY, as http://user:password@proxy.example:3128"

/** undici tells the status of a proxy that opens no tunnel in words alone. */
const proxyStatus = /^Proxy response \((\d{3})\) !== 200/

/**
 * Of an error that no waiting will mend, what it is and what a person can do about it; null of any other. A proxy's 5xx and
 * a connection that it refuses are weather.
 */
export const barredBy = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null
  const code = "code" in error ? String(error.code) : ""
  const remedy = certificateRemedies[code]
  if (remedy !== undefined) return `${error.message}; ${remedy}`
  const status = proxyStatus.exec(error.message)?.[1]
  if (status === "407") return `the proxy answers 407; ${proxyAuthentication}`
  if (status?.startsWith("4") === true && status !== "408" && status !== "429") {
    return `the proxy answers ${status} and opens no way to the API; ask who runs it to allow the host, or name the host in NO_PROXY`
  }
  return barredBy(error.cause)
}
