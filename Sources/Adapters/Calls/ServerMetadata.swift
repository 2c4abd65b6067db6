import RotationCore

/// What an authorization server says of itself (RFC 8414 §2).
struct ServerMetadata: Decodable {
    let issuer: String
    let tokenEndpoint: String?

    enum CodingKeys: String, CodingKey {
        case issuer
        case tokenEndpoint = "token_endpoint"
    }

    /// Throws `wrongTarget` unless issuer and token endpoint are those of the plan (RFC 8414 §3.3).
    func assert(issuer: String, tokenEndpoint: String, for adapter: String) throws(AdapterError) {
        guard self.issuer == issuer else {
            throw AdapterError(
                .wrongTarget, code: "\(adapter)-other-issuer",
                message: "\(adapter): the server calls itself \(safeText(self.issuer)), "
                    + "and the plan \(safeText(issuer))")
        }
        guard self.tokenEndpoint == nil || self.tokenEndpoint == tokenEndpoint else {
            throw AdapterError(
                .wrongTarget, code: "\(adapter)-other-token-endpoint",
                message: "\(adapter): the server's token endpoint is "
                    + "\(safeText(self.tokenEndpoint ?? "")), and the plan's "
                    + safeText(tokenEndpoint))
        }
    }
}
