import Crypto
import Foundation

/// Signs requests to what is practised of AWS by Amazon's description of Signature Version 4.
struct AWSCaller {
    let server: PracticeProcess
    /// What the signature is for, what stands in front of operations, and where they are asked for.
    let service: String
    let target: String
    let path: String
    var keyID: String
    var key: String
    /// How far its clock is off.
    var skew: TimeInterval = 0
    var region = "eu-west-1"

    /// Cognito's caller, if nothing else is said.
    init(
        _ server: PracticeProcess, service: String = "cognito-idp",
        target: String = "AWSCognitoIdentityProviderService", path: String = "/cognito/"
    ) {
        self.server = server
        (self.service, self.target, self.path) = (service, target, path)
        keyID = server.lines["COGNITO_ACCESS_KEY_ID"] ?? ""
        key = server.lines["COGNITO_SECRET_ACCESS_KEY"] ?? ""
    }

    /// Calls an operation; `change` is what happens to the headers on their way.
    func call(
        _ operation: String, _ json: String, token: String? = nil,
        change: (inout [String: String]) -> Void = { _ in }
    ) throws -> RawHTTP.Answer {
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
            timeZoneSeparator: .omitted, includingFractionalSeconds: false, timeZone: .gmt)
        let time = Date().addingTimeInterval(skew).formatted(style)
        var headers = [
            "content-type": "application/x-amz-json-1.1", "x-amz-date": time,
            "x-amz-target": "\(target).\(operation)",
        ]
        headers["x-amz-security-token"] = token
        let signed = headers.merging(["host": "127.0.0.1"]) { $1 }.sorted { $0.key < $1.key }
        let names = signed.map(\.key).joined(separator: ";")
        let canonical =
            "POST\n\(path)\n\n" + signed.map { "\($0.key):\($0.value)\n" }.joined()
            + "\n\(names)\n\(Self.hex(SHA256.hash(data: Data(json.utf8))))"
        let parts = [String(time.prefix(8)), region, service, "aws4_request"]
        let text =
            "AWS4-HMAC-SHA256\n\(time)\n\(parts.joined(separator: "/"))\n"
            + Self.hex(SHA256.hash(data: Data(canonical.utf8)))
        let signing = parts.reduce(Data("AWS4\(key)".utf8)) { Self.code($1, $0) }
        headers["authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(keyID)/\(parts.joined(separator: "/")), "
            + "SignedHeaders=\(names), Signature=\(Self.hex(Self.code(text, signing)))"
        change(&headers)
        return try server.http.send("POST", path, headers: headers, body: json)
    }

    private static func code(_ text: String, _ key: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }
}
