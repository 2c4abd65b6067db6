import HTTPTransport
import RotationCore

/// The temporary keys of roles, shared by all clients of a process: AssumeRoleWithWebIdentity.
actor AWSRoles {
    private let http: any HTTPClient
    private let resolver: SecretResolver
    private let now: @Sendable () -> Instant
    private var held: [AWSRole: (keys: AWSKeys, end: Instant)] = [:]

    init(
        http: any HTTPClient, resolver: SecretResolver, now: @escaping @Sendable () -> Instant
    ) {
        (self.http, self.resolver, self.now) = (http, resolver, now)
    }

    /// Keys of `role` that are good for five minutes more at least.
    func keys(of role: AWSRole) async throws(AdapterError) -> AWSKeys {
        if let known = held[role], now() + .minutes(5) < known.end { return known.keys }
        let made = try await assume(role)
        held[role] = made
        return made.keys
    }

    private func assume(_ role: AWSRole) async throws(AdapterError) -> (keys: AWSKeys, end: Instant)
    {
        let token = try await resolver.resolveToken(role.token, for: role.adapter)
        let fields = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"),
            ("RoleArn", role.arn), ("RoleSessionName", "holdover"),
            ("WebIdentityToken", token.withPlaintext { $0 }),
        ]
        let body = fields.map { "\($0.0)=\(URLPart.segment($0.1))" }.joined(separator: "&")
        let request = HTTPRequest(
            method: "POST", url: "\(role.service)/",
            headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(body.utf8),
            attempts: .repeatable, caFile: role.caFile)
        let response: HTTPResponse
        do throws(HTTPFailure) { response = try await http.send(request) } catch {
            throw failure(role, .unavailable(retryAfter: nil), "login-unavailable", error.message)
        }
        let answer = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200 else { throw refusal(of: role, response.status, answer) }
        guard let id = Self.element("AccessKeyId", in: answer),
            let secret = Self.element("SecretAccessKey", in: answer),
            let session = Self.element("SessionToken", in: answer),
            let end = Self.element("Expiration", in: answer).flatMap(Instant.init(rfc3339:))
        else {
            throw failure(
                role, .unavailable(retryAfter: nil), "login-unavailable",
                "the answer can't be read")
        }
        let keys = AWSKeys(
            accessKeyID: id, secretAccessKey: ClientSecret(secret),
            sessionToken: ClientSecret(session))
        return (keys, end)
    }

    private func refusal(of role: AWSRole, _ status: Int, _ answer: String) -> AdapterError {
        let code = Self.element("Code", in: answer) ?? "HTTP \(status)"
        let isPassing = status >= 500 || code.contains("Throttl") || code == "IDPCommunicationError"
        return isPassing
            ? failure(role, .unavailable(retryAfter: nil), "login-unavailable", code)
            : failure(role, .unauthorized, "login-refused", code)
    }

    /// Whatever became of the login, the call that needed it was not made.
    private func failure(
        _ role: AWSRole, _ kind: AdapterError.Kind, _ code: String, _ words: String
    ) -> AdapterError {
        AdapterError(
            kind, code: "\(role.adapter)-\(code)",
            message: "\(role.adapter): the admin login: \(safeText(words))")
    }

    /// The text of an element without children, which is all that these answers have to be asked.
    private static func element(_ name: String, in answer: String) -> String? {
        guard let start = answer.firstRange(of: "<\(name)>"),
            let end = answer[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        let text = answer[start.upperBound..<end.lowerBound]
        return text.isEmpty || text.contains(where: { "<>&".contains($0) }) ? nil : String(text)
    }
}
