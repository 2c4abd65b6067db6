import HTTPTransport
import RotationCore

/// Who logs in to a cloud of OpenStack, and where.
struct KeystoneLogin: Sendable, Hashable {
    /// By what a login proves itself.
    enum Proof: Sendable, Hashable {
        /// An application credential, whose project and roles are its own.
        case application(id: String, secret: SecretReference)
        /// A user, for one project.
        case user(Named, password: SecretReference, project: Named)
    }

    /// Something by its name, in a domain that has one too.
    struct Named: Sendable, Hashable {
        let name: String
        let domain: String
    }

    /// The adapter that needs it, with which every error starts.
    let adapter: String
    /// Keystone's address, without its version.
    let service: String
    let proof: Proof
    let caFile: String?

    /// Where the secret of it is, which whoever issues it exchanges in its place.
    var reference: SecretReference {
        switch proof {
        case .application(_, let secret), .user(_, let secret, _): secret
        }
    }

    /// The body of the request for a token, with `word` as the secret.
    fileprivate func body(_ word: String) -> [UInt8] {
        let text = { (text: String) in String(decoding: JSONDocument.literal(text), as: UTF8.self) }
        let domain = { (one: Named) in #""domain":{"name":\#(text(one.domain))}"# }
        switch proof {
        case .application(let id, _):
            let credential = #"{"id":\#(text(id)),"secret":\#(text(word))}"#
            return Array(
                (#"{"auth":{"identity":{"methods":["application_credential"],"#
                    + #""application_credential":\#(credential)}}}"#).utf8)
        case .user(let user, _, let project):
            let who = #"{"name":\#(text(user.name)),\#(domain(user)),"password":\#(text(word))}"#
            return Array(
                (#"{"auth":{"identity":{"methods":["password"],"password":{"user":\#(who)}},"#
                    + #""scope":{"project":{"name":\#(text(project.name)),\#(domain(project))}}}}"#)
                    .utf8)
        }
    }
}

/// Keystone's tokens, in memory, shared by all clients of a process.
actor KeystoneTokens {
    /// A token, and what it is for.
    struct Token: Sendable {
        let value: ClientSecret
        let end: Instant
        /// The project's id.
        let project: String
    }

    private let http: any HTTPClient
    private let resolver: SecretResolver
    private let now: @Sendable () -> Instant
    private var held: [KeystoneLogin: Token] = [:]

    init(
        http: any HTTPClient, resolver: SecretResolver, now: @escaping @Sendable () -> Instant
    ) {
        (self.http, self.resolver, self.now) = (http, resolver, now)
    }

    /// A token of `login` that is good for a minute more at least.
    func token(of login: KeystoneLogin) async throws(AdapterError) -> Token {
        if let known = held[login], now() + .minutes(1) < known.end { return known }
        let made = try await ask(login)
        held[login] = made
        return made
    }

    /// Forgets the token of `login`.
    func forget(_ login: KeystoneLogin) { held[login] = nil }

    private func ask(_ login: KeystoneLogin) async throws(AdapterError) -> Token {
        struct Answer: Decodable {
            struct Token: Decodable {
                struct Project: Decodable { let id: String }
                let end: String
                let project: Project?

                enum CodingKeys: String, CodingKey {
                    case project
                    case end = "expires_at"
                }
            }
            let token: Token
        }
        let word = try await resolver.resolve(login.reference, for: login.adapter)
        let request = HTTPRequest(
            method: "POST", url: "\(login.service)/v3/auth/tokens",
            headers: ["Accept": "application/json", "Content-Type": "application/json"],
            // A second token harms nobody.
            body: word.withPlaintext { login.body($0) }, attempts: .repeatable,
            caFile: login.caFile)
        let response: HTTPResponse
        do throws(HTTPFailure) { response = try await http.send(request) } catch {
            throw failure(login, .unavailable(retryAfter: nil), "unavailable", error.message)
        }
        guard response.status == 201 else { throw refusal(of: login, response) }
        guard let answer = (try? response.json(Answer.self))?.token,
            let value = response.headers["X-Subject-Token"], !value.isEmpty,
            let end = Instant(rfc3339: answer.end)
        else {
            throw failure(
                login, .unavailable(retryAfter: nil), "unavailable", "the answer can't be read")
        }
        guard let project = answer.project?.id else {
            throw failure(login, .refused, "unusable", "the token is for no project")
        }
        return Token(value: ClientSecret(value), end: end, project: project)
    }

    /// Keystone doesn't say which of the names or secrets is wrong.
    private func refusal(of login: KeystoneLogin, _ response: HTTPResponse) -> AdapterError {
        let words = "HTTP \(response.status)"
        switch response.status {
        case 429, 500...:
            let wait = CallOutcome.retryAfter(response.headers)
            return failure(login, .unavailable(retryAfter: wait), "unavailable", words)
        case 401, 403: return failure(login, .unauthorized, "refused", words)
        default: return failure(login, .refused, "unusable", words)
        }
    }

    /// Whatever became of the login, the call that needed it was not made.
    private func failure(
        _ login: KeystoneLogin, _ kind: AdapterError.Kind, _ code: String, _ words: String
    ) -> AdapterError {
        AdapterError(
            kind, code: "\(login.adapter)-login-\(code)",
            message: "\(login.adapter): the login at Keystone: \(safeText(words))")
    }
}
