import HTTPTransport
import RotationCore

/// Calls that a plan describes as requests.
struct HTTPBackend: DeclaredBackend {
    let admin: AdminAPI
    let clientID: String
    let identify: IdentityCall
    let list: ListCall
    let create: CreateCall
    let changes: [DeclaredChange: ChangeCall]

    var adapter: String { "http" }

    private var outcome: CallOutcome { CallOutcome(adapter: "http") }

    func identity() async throws(AdapterError) -> String {
        let document = try await ask(identify.request, [.clientID: clientID], .read)
        return try word(document, identify.at, .read) ?? ""
    }

    func findings(overlap: Span) async throws(AdapterError) -> [Finding] { admin.login.findings }

    func secrets() async throws(AdapterError) -> [DeclaredSecret] {
        let document = try await ask(list.request, [.clientID: clientID], .read)
        guard case .array(let items, _)? = try? list.items.node(in: document) else {
            throw outcome.unreadable(.read, "there is no list where the plan looks for it")
        }
        var secrets: [DeclaredSecret] = []
        for index in items.indices { secrets.append(try secret(index, of: document)) }
        guard Set(secrets.map(\.id)).count == secrets.count else {
            throw outcome.unreadable(.read, "an id is listed twice")
        }
        return secrets
    }

    private func secret(_ index: Int, of document: JSONDocument) throws(AdapterError)
        -> DeclaredSecret
    {
        func word(_ pointer: AnswerPointer?) throws(AdapterError) -> String? {
            try self.word(document, pointer?.below(list.items, index), .read)
        }
        guard let id = try word(list.id), !id.isEmpty else {
            throw outcome.unreadable(.read, "a listed secret has no id")
        }
        let isEnabled = try list.enabled.map { pointer throws(AdapterError) in
            try word(pointer) == list.enabledWord
        }
        return DeclaredSecret(
            id: id, label: try word(list.label), isEnabled: isEnabled ?? true,
            createdAt: try instant(try word(list.createdAt)),
            expiresAt: try instant(try word(list.expiresAt)),
            value: try word(list.value).map { .plain(ClientSecret($0)) })
    }

    /// RFC 3339, or a number of seconds or milliseconds since 1970.
    private func instant(_ text: String?) throws(AdapterError) -> Instant? {
        guard let text, text != "0" else { return nil }
        if let instant = Instant(rfc3339: text) { return instant }
        guard let number = Double(text), number > 0, number < 1e15 else {
            throw outcome.unreadable(.read, "\(text) is no time")
        }
        // In milliseconds 1e11 is in 1973, in seconds in the year 5138.
        return Instant(milliseconds: Int64(number > 1e11 ? number : number * 1000))
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        var values: [RequestTemplate.Place: String] = [.clientID: clientID, .label: label]
        values[.secret] = secret.map { $0.withPlaintext { $0 } }
        let response = try await send(create.request, values, .creation)
        let words = String(decoding: response.body.prefix(4096), as: UTF8.self)
        if create.limits.contains(where: { $0.fits(response.status, words) }) {
            throw AdapterError(
                .limitReached, code: "http-limit-reached",
                message: "http: HTTP \(response.status), which the plan says is the limit")
        }
        let document = try document(of: response, .creation)
        guard let id = try word(document, create.id, .creation), !id.isEmpty else {
            throw outcome.unreadable(.creation, "the answer has no id where the plan looks for it")
        }
        let value = try word(document, create.value, .creation)
        return CreatedCredential(
            id: CredentialID(rawValue: id),
            secret: secret == nil ? value.map { ClientSecret($0) } : nil)
    }

    func change(_ change: DeclaredChange, _ id: String, keeping survivor: ClientSecret?)
        async throws(AdapterError)
    {
        guard let call = changes[change] else {
            throw AdapterError(
                .refused, code: "http-no-\(change.rawValue)",
                message: "http: the plan doesn't say how to \(change.rawValue) a secret")
        }
        let response = try await send(call.request, [.clientID: clientID, .id: id], .repeatable)
        let isGone = change == .delete && [404, 410].contains(response.status)
        guard isGone || (200..<300).contains(response.status) else {
            throw admin.error(response, .repeatable)
        }
    }

    private func send(
        _ request: RequestTemplate, _ values: [RequestTemplate.Place: String], _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        try await admin.send(
            request.method, request.path(values), body: request.body(values), effect)
    }

    private func ask(
        _ request: RequestTemplate, _ values: [RequestTemplate.Place: String], _ effect: CallEffect
    ) async throws(AdapterError) -> JSONDocument {
        try document(of: try await send(request, values, effect), effect)
    }

    private func document(of response: HTTPResponse, _ effect: CallEffect) throws(AdapterError)
        -> JSONDocument
    {
        guard (200..<300).contains(response.status) else { throw admin.error(response, effect) }
        guard let document = try? JSONDocument(response.body) else {
            throw outcome.unreadable(effect, "the answer is not JSON")
        }
        return document
    }

    private func word(
        _ document: JSONDocument, _ pointer: AnswerPointer?, _ effect: CallEffect
    ) throws(AdapterError) -> String? {
        do throws(JSONDocument.Unfit) { return try document.word(at: pointer) } catch {
            throw outcome.unreadable(
                effect, "what stands where the plan points to is neither a text nor a number")
        }
    }
}
