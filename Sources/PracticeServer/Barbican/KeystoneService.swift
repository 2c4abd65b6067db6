import Foundation
import HTTPTypes
import Hummingbird

/// OpenStack's Keystone, to practise on: logins of one application credential and one user.
struct KeystoneService: Sendable {
    static let mount = "/keystone"
    static let project = "3c5b9a1d7e2f40688a4b6c1d2e3f4a5b"
    static let projectName = "practice"
    static let credential = "9f1e2d3c4b5a69788796a5b4c3d2e1f0"

    let practice: Practice

    /// Who has a token, and until when it is good.
    struct Session: Sendable {
        let caller: BarbicanCaller
        let end: Milliseconds
    }

    func add(to router: Router<PracticeContext>) {
        router.post("\(Self.mount)/v3/auth/tokens") { request, _ in try await logIn(request) }
    }

    /// `{"error":{"code","title","message"}}`.
    static func refusal(_ status: HTTPResponse.Status) -> Response {
        let message =
            status == .unauthorized
            ? "The request you have made requires authentication."
            : "Invalid input for field 'identity'"
        return Reply.json(
            [
                "error": [
                    "code": .integer(Int64(status.code)), "title": .string(status.reasonPhrase),
                    "message": .string(message),
                ]
            ] as JSONValue, status: status)
    }

    private func logIn(_ request: Request) async throws -> Response {
        guard let auth = try? await request.json(JSONValue.self)["auth"],
            let identity = auth["identity"], let methods = identity["methods"]?.array,
            methods.count == 1, let method = methods[0].string
        else { return Self.refusal(.badRequest) }
        let caller: BarbicanCaller?
        switch method {
        case "application_credential":
            // It has a project of its own, and none may be asked for.
            guard auth["scope"] == nil else { return Self.refusal(.unauthorized) }
            caller = application(identity["application_credential"])
        case "password": caller = user(identity["password"]?["user"], auth["scope"]?["project"])
        default: return Self.refusal(.unauthorized)
        }
        guard let caller else { return Self.refusal(.unauthorized) }
        let token = "gAAAAAB\(RandomText.alphanumeric(170))"
        let (now, end) = practice.withState { state in
            let end = state.now + state.settings.tokenLifetime * 1_000
            state.keystoneSessions[token] = Session(caller: caller, end: end)
            return (state.now, end)
        }
        var response = Reply.json(
            ["token": answer(caller, method, now, end)] as JSONValue, status: .created)
        response.headers[named: "X-Subject-Token"] = token
        return response
    }

    private func application(_ named: JSONValue?) -> BarbicanCaller? {
        let isKnown =
            named?["id"]?.string == Self.credential
            && named?["secret"]?.string == practice.credentials.adminSecret
        return isKnown ? .least : nil
    }

    private func user(_ named: JSONValue?, _ project: JSONValue?) -> BarbicanCaller? {
        let isKnown =
            named?["name"]?.string == practice.credentials.adminClientID
            && named?["domain"]?["name"]?.string == "Default"
            && named?["password"]?.string == practice.credentials.adminSecret
            && project?["name"]?.string == Self.projectName
            && project?["domain"]?["name"]?.string == "Default"
        return isKnown ? .member : nil
    }

    private func answer(
        _ caller: BarbicanCaller, _ method: String, _ now: Milliseconds, _ end: Milliseconds
    ) -> JSONValue {
        [
            "methods": [.string(method)],
            "user": ["id": .string(caller.user), "domain": ["id": "default", "name": "Default"]],
            "issued_at": .string(now.iso8601), "expires_at": .string(end.iso8601),
            "project": ["id": .string(Self.project), "name": .string(Self.projectName)],
            "roles": [["name": .string(caller.role)]], "catalog": [], "is_domain": false,
        ]
    }
}

extension HTTPFields {
    /// The field of a name that has no constant.
    subscript(named name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set { if let name = HTTPField.Name(name) { self[name] = newValue } }
    }
}
