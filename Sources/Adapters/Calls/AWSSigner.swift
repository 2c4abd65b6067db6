import Crypto
import FoundationEssentials
import HTTPTransport
import RotationCore

/// Signs requests to Amazon Web Services over their own content: Signature Version 4, in the
/// `Authorization` field.
struct AWSSigner: Sendable {
    /// What the keys are scoped to.
    let region: String
    /// The service's name in signatures: `cognito-idp`.
    let service: String
    let now: @Sendable () -> Instant

    /// `request` with its date and signature; changed afterwards, it is refused.
    func sign(_ request: HTTPRequest, with keys: AWSKeys) -> HTTPRequest {
        var signed = request
        let time = Self.timestamp(now())
        signed.headers["X-Amz-Date"] = time
        if let token = keys.sessionToken {
            signed.headers["X-Amz-Security-Token"] = token.withPlaintext { $0 }
        }
        let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
        let fields = Self.signedFields(of: signed)
        let names = fields.map(\.name).joined(separator: ";")
        let digest = HexText.of(SHA256.hash(data: Data(Self.canonical(signed, fields).utf8)))
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(digest)"
        let signature = HexText.of(
            Self.code(text, key(keys.secretAccessKey, String(time.prefix(8)))))
        signed.headers["Authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(keys.accessKeyID)/\(scope), SignedHeaders=\(names), "
            + "Signature=\(signature)"
        return signed
    }

    /// The key of one day, region and service.
    private func key(_ secret: ClientSecret, _ day: String) -> SymmetricKey {
        let first = secret.withPlaintext { SymmetricKey(data: Data("AWS4\($0)".utf8)) }
        return [day, region, service, "aws4_request"].reduce(first) { key, part in
            SymmetricKey(data: Self.code(part, key))
        }
    }

    private static func code(_ text: String, _ key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    }

    /// `20150830T123600Z`.
    static func timestamp(_ moment: Instant) -> String {
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
            timeZoneSeparator: .omitted, includingFractionalSeconds: false, timeZone: .gmt)
        return Date(timeIntervalSince1970: Double(moment.milliseconds) / 1_000).formatted(style)
    }

    /// Method, path, query, fields and the body's digest, a line each.
    static func canonical(_ request: HTTPRequest, _ fields: [(name: String, value: String)])
        -> String
    {
        let (path, query) = target(of: request.url)
        let lines = fields.map { "\($0.name):\($0.value)\n" }.joined()
        return [
            request.method, path, query, lines, fields.map(\.name).joined(separator: ";"),
            HexText.of(SHA256.hash(data: Data(request.body ?? []))),
        ].joined(separator: "\n")
    }

    /// The host and what says what is asked: proxies may change the others on their way.
    static func signedFields(of request: HTTPRequest) -> [(name: String, value: String)] {
        var fields = [(name: "host", value: host(of: request.url))]
        for field in request.headers.fields {
            let name = field.name.lowercased()
            guard name == "content-type" || name.hasPrefix("x-amz-") else { continue }
            let words = field.value.split(separator: " ", omittingEmptySubsequences: true)
            fields.append((name: name, value: words.joined(separator: " ")))
        }
        return fields.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// As it stands in the `Host` field, without the scheme's own port.
    private static func host(of url: String) -> String {
        let plain = URLPart.withoutUsualPort(url)
        guard let separator = plain.firstRange(of: "://") else { return "" }
        return plain[separator.upperBound...].prefix { !"/?#".contains($0) }.lowercased()
    }

    /// The path, escaped once more, and the query, sorted.
    private static func target(of url: String) -> (path: String, query: String) {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let target = rest.drop { !"/?".contains($0) }.prefix { $0 != "#" }
        let path = target.prefix { $0 != "?" }
        let fields = target.dropFirst(path.count + 1).split(separator: "&").map { field in
            let name = field.prefix { $0 != "=" }
            return (name: String(name), value: String(field.dropFirst(name.count + 1)))
        }
        let query = fields.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return (path.isEmpty ? "/" : URLPart.path(String(path)), query)
    }
}
