import Foundation
import HTTPTypes

/// What a token request shows to prove its client.
enum PresentedCredential: Sendable {
    case secret(clientID: String, value: String, method: AuthMethod)
    case assertion(clientID: String?, token: String)
    case nothing(clientID: String?)

    static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// Reads it; two methods at once are refused (RFC 6749 §2.3).
    init(
        headers: HTTPFields, form: FormParameters, wording: TokenWording
    ) throws(TokenError) {
        let basic = Self.basic(headers)
        let assertion = form["client_assertion"]
        let shown = [basic != nil, form["client_secret"] != nil, assertion != nil]
        guard shown.count(where: { $0 }) <= 1 else { throw wording.severalMethods }
        if let basic {
            guard let (clientID, value) = basic else { throw wording.noClient }
            if let named = form["client_id"], named != clientID { throw wording.severalMethods }
            self = .secret(clientID: clientID, value: value, method: .basic)
        } else if let value = form["client_secret"] {
            guard let clientID = form["client_id"] else { throw wording.noClient }
            self = .secret(clientID: clientID, value: value, method: .post)
        } else if let assertion {
            guard form["client_assertion_type"] == Self.assertionType else {
                throw TokenError("invalid_request", "The client_assertion_type is invalid.")
            }
            self = .assertion(clientID: form["client_id"], token: assertion)
        } else {
            self = .nothing(clientID: form["client_id"])
        }
    }

    /// Id and secret of an `Authorization: Basic`, form-urldecoded (RFC 6749 §2.3.1).
    ///
    /// `nil` without such a header, `.some(nil)` for one that can't be read.
    private static func basic(_ headers: HTTPFields) -> (String, String)?? {
        guard let header = headers[.authorization] else { return nil }
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.first?.lowercased() == "basic" else { return nil }
        guard words.count == 2, let data = Data(base64Encoded: String(words[1])),
            let colon = data.firstIndex(of: UInt8(ascii: ":")),
            let clientID = FormParameters.decode(data[..<colon]),
            let value = FormParameters.decode(data[(colon + 1)...])
        else { return .some(nil) }
        return (clientID, value)
    }
}
