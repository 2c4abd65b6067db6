import HTTPTransport
import RotationCore

/// Calls to the admin API of an authorization server.
struct AdminAPI: Sendable {
    /// The server's base address.
    let address: String
    let caFile: String?
    let login: AdminLogin
    let http: any HTTPClient
    /// The server's own words in an error's body.
    let words: @Sendable (HTTPResponse) -> String?
    /// Fields that go with every request.
    var headers: HTTPHeaders = [:]

    private var outcome: CallOutcome { CallOutcome(adapter: login.adapter) }

    /// Sends one request; where an access token turns out to be dead, once more with a new one,
    /// since a 401 proves that nothing happened.
    func send(
        _ method: String, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await sendOnce(method, path, headers, body, effect)
        guard response.status == 401, await login.forget() else { return response }
        return try await sendOnce(method, path, headers, body, effect)
    }

    /// Sends one request and throws unless the answer has one of these statuses.
    func expect(
        _ statuses: Set<Int>, _ method: String, _ path: String, body: [UInt8]? = nil,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await send(method, path, body: body, effect)
        guard statuses.contains(response.status) else { throw error(response, effect) }
        return response
    }

    /// Reads a document that anybody may read.
    func open(_ url: String) async throws(AdapterError) -> HTTPResponse {
        try await transfer(
            HTTPRequest(
                url: url, headers: ["Accept": "application/json"], attempts: .repeatable,
                caFile: caFile), .read)
    }

    /// What the server says of itself (RFC 8414, in OpenID Connect's place).
    func metadata(of issuer: String) async throws(AdapterError) -> ServerMetadata {
        let response = try await open("\(issuer)/.well-known/openid-configuration")
        guard response.status == 200 else { throw error(response, .read) }
        return try decode(ServerMetadata.self, response, .read)
    }

    /// What an answer proves that isn't the one that was asked for.
    func error(_ response: HTTPResponse, _ effect: CallEffect) -> AdapterError {
        outcome.error(response, effect, words: words(response))
    }

    /// Reads the answer as `Value`.
    func decode<Value: Decodable>(
        _ type: Value.Type, _ response: HTTPResponse, _ effect: CallEffect
    ) throws(AdapterError) -> Value {
        do throws(HTTPFailure) {
            return try response.json(type)
        } catch {
            throw outcome.unreadable(effect, error.message)
        }
    }

    private func sendOnce(
        _ method: String, _ path: String, _ more: HTTPHeaders, _ body: [UInt8]?,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if method != "GET" { headers["Content-Type"] = "application/json" }
        for field in self.headers.fields + more.fields { headers[field.name] = field.value }
        let request = HTTPRequest(
            method: method, url: "\(address)\(path)", headers: headers, body: body,
            attempts: effect.attempts, caFile: caFile)
        return try await transfer(try await login.prove(request), effect)
    }

    private func transfer(_ request: HTTPRequest, _ effect: CallEffect)
        async throws(AdapterError) -> HTTPResponse
    {
        do throws(HTTPFailure) {
            return try await http.send(request)
        } catch {
            throw outcome.error(error, effect)
        }
    }
}
