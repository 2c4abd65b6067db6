import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Verifies a request's Signature Version 4: over the request as it arrived, with the keys that
/// are known here.
struct AWSSignature: Sendable {
    /// Who may sign: key ids and what belongs to them.
    let keys: [String: AWSKey]
    /// What they must be scoped to.
    let region: String
    let service: String

    private static let mismatch = AWSError(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check "
            + "your AWS Secret Access Key and signing method. Consult the service documentation "
            + "for details.")

    /// The id of the key that the request was signed with.
    func verify(_ request: Request, _ body: Data, at now: Milliseconds) throws(AWSError)
        -> String
    {
        guard let field = request.headers[.authorization] else {
            throw AWSError(
                "MissingAuthenticationTokenException", "Missing Authentication Token")
        }
        guard let shown = Authorization(field) else {
            throw AWSError(
                "IncompleteSignatureException",
                "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'.")
        }
        let key = keys[shown.keyID]
        guard let key, key.sessionToken == request.field("x-amz-security-token"), key.end > now
        else {
            throw AWSError(
                key.map { $0.end <= now } ?? false
                    ? "ExpiredTokenException" : "UnrecognizedClientException",
                "The security token included in the request is invalid.")
        }
        try check(shown, of: request, at: now)
        let text = [
            "AWS4-HMAC-SHA256", request.field("x-amz-date") ?? "", shown.scope,
            SecretDigest(of: try canonical(request, shown.names, body)).hex,
        ].joined(separator: "\n")
        let parts = shown.scope.split(separator: "/").map(String.init)
        let first = SymmetricKey(data: Data("AWS4\(key.secret)".utf8))
        let signing = parts.reduce(first) { SymmetricKey(data: Self.code($1, $0)) }
        guard
            Self.code(text, signing).map({ String(format: "%02x", $0) }).joined()
                == shown.signature
        else { throw Self.mismatch }
        return shown.keyID
    }

    private static func code(_ text: String, _ key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    }

    /// The date, the scope, and that nothing which matters was left unsigned.
    private func check(_ shown: Authorization, of request: Request, at now: Milliseconds)
        throws(AWSError)
    {
        let date = request.field("x-amz-date") ?? ""
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
            timeZoneSeparator: .omitted, includingFractionalSeconds: false, timeZone: .gmt)
        guard let moment = try? Date(date, strategy: style) else {
            throw AWSError(
                "IncompleteSignatureException", "Authorization header requires a valid date.")
        }
        let age = now - Milliseconds(moment.timeIntervalSince1970 * 1_000)
        guard abs(age) <= 300_000 else {
            throw AWSError(
                "InvalidSignatureException",
                age > 0
                    ? "Signature expired: \(date) is now earlier than the five minutes that it has."
                    : "Signature not yet current: \(date) is still later than the present time.")
        }
        let scope = "\(date.prefix(8))/\(region)/\(service)/aws4_request"
        guard shown.scope == scope else {
            throw AWSError(
                "InvalidSignatureException", "Credential should be scoped to a valid region.")
        }
        let present = request.headers.map { $0.name.canonicalName }
        let must = ["host"] + present.filter { $0.hasPrefix("x-amz-") || $0 == "content-type" }
        guard Set(shown.names).isSuperset(of: must) else { throw Self.mismatch }
    }

    private func canonical(_ request: Request, _ names: [String], _ body: Data)
        throws(AWSError) -> String
    {
        guard names == names.sorted() else { throw Self.mismatch }
        var lines = ""
        for name in names {
            guard let value = request.field(name) else { throw Self.mismatch }
            lines += "\(name):\(value.trimmingCharacters(in: .whitespaces))\n"
        }
        let digest = SHA256.hash(data: body).map { String(format: "%02x", $0) }.joined()
        return [
            request.method.rawValue, request.uri.path, request.uri.query ?? "", lines,
            names.joined(separator: ";"), digest,
        ].joined(separator: "\n")
    }

    /// The parts of the field.
    private struct Authorization {
        let keyID: String
        let scope: String
        let names: [String]
        let signature: String

        init?(_ field: String) {
            let (scheme, rest) = ("AWS4-HMAC-SHA256 ", field)
            guard rest.hasPrefix(scheme) else { return nil }
            var parts: [String: String] = [:]
            for part in rest.dropFirst(scheme.count).split(separator: ",") {
                let pair = part.trimmingCharacters(in: .whitespaces).split(
                    separator: "=", maxSplits: 1)
                if pair.count == 2 { parts[String(pair[0])] = String(pair[1]) }
            }
            guard let credential = parts["Credential"], let names = parts["SignedHeaders"],
                let signature = parts["Signature"], let slash = credential.firstIndex(of: "/")
            else { return nil }
            keyID = String(credential[..<slash])
            scope = String(credential[credential.index(after: slash)...])
            self.names = names.split(separator: ";").map(String.init)
            self.signature = signature
        }
    }
}

extension Request {
    /// The value of a field by its name in lower case, the host's too.
    fileprivate func field(_ name: String) -> String? {
        if name == "host" { return head.authority }
        return HTTPField.Name(name).flatMap { headers[$0] }
    }
}
