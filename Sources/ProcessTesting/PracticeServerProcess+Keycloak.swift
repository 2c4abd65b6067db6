import Foundation

extension PracticeServerProcess {
    /// Gives the Keycloak realm the secret-rotation policy that an overlap needs.
    public func allowKeycloakRotation(seconds: Int = 86_400) async throws {
        let profiles =
            #"{"profiles":[{"name":"rotate","executors":[{"executor":"secret-rotation","#
            + #""configuration":{"expiration-period":864000,"rotated-expiration-period":"#
            + #"\#(seconds),"remaining-rotation-period":0}}]}]}"#
        let policies =
            #"{"policies":[{"name":"rotate","enabled":true,"profiles":["rotate"],"conditions":"#
            + #"[{"condition":"client-access-type","configuration":{"type":["confidential"]}}]}]}"#
        try await putKeycloak("client-policies/profiles", profiles)
        try await putKeycloak("client-policies/policies", policies)
    }

    /// Takes every policy from the realm: a rotation replaces a secret at once from now on.
    public func forbidKeycloakRotation() async throws {
        try await putKeycloak("client-policies/policies", #"{"policies":[]}"#)
    }

    /// Has the realm save its events, which it doesn't by default.
    public func saveKeycloakEvents() async throws {
        try await putKeycloak("events/config", #"{"eventsEnabled":true}"#)
    }

    private func putKeycloak(_ what: String, _ json: String) async throws {
        let path = "/admin/realms/\(self["KEYCLOAK_REALM"])/\(what)"
        let answer = try await http.send(
            "PUT", path,
            headers: [
                "Authorization": "Bearer \(try await keycloakToken())",
                "Content-Type": "application/json",
            ], body: json)
        _ = try Self.approved(answer, "PUT \(path)")
    }

    /// A token of the realm's admin.
    private func keycloakToken() async throws -> String {
        struct Token: Decodable { let accessToken: String }
        let login = Data(
            "\(self["KEYCLOAK_ADMIN_CLIENT_ID"]):\(self["KEYCLOAK_ADMIN_CLIENT_SECRET"])".utf8)
        let path = tokenURL(.keycloak).dropFirst(url.count)
        return try await http.send(
            "POST", String(path),
            headers: [
                "Authorization": "Basic \(login.base64EncodedString())",
                "Content-Type": "application/x-www-form-urlencoded",
            ], body: "grant_type=client_credentials"
        ).json(Token.self).accessToken
    }
}
