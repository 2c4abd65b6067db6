import Foundation

/// What opens the admin APIs and the control API: given from outside, or made at the start.
struct PracticeCredentials: Sendable {
    let oktaAPIToken: String
    let keycloakAdminClientID = "practice-admin"
    let keycloakAdminSecret: String
    /// Administers every vendor that has no admin of another kind.
    let adminClientID = "practice-admin"
    let adminSecret: String
    /// Administers every vendor that takes a token that was made once.
    let adminToken: String
    /// The same with no right but those that a rotation can't do without.
    let leastToken = RandomText.alphanumeric(64)
    let practiceKey: String

    /// Reads each from its file, else from its environment variable, else makes one.
    init(
        oktaTokenFile: String?, keycloakSecretFile: String?, keyFile: String?,
        environment: [String: String]
    ) throws {
        func read(_ file: String?, _ variable: String, length: Int) throws -> String {
            if let file {
                return try String(contentsOfFile: file, encoding: .utf8)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            return environment[variable] ?? RandomText.alphanumeric(length)
        }
        oktaAPIToken = try read(oktaTokenFile, "PRACTICE_OKTA_API_TOKEN", length: 42)
        keycloakAdminSecret = try read(
            keycloakSecretFile, "PRACTICE_KEYCLOAK_ADMIN_SECRET", length: 32)
        adminSecret = environment["PRACTICE_ADMIN_SECRET"] ?? RandomText.alphanumeric(32)
        adminToken = environment["PRACTICE_ADMIN_TOKEN"] ?? RandomText.alphanumeric(64)
        practiceKey = try read(keyFile, "PRACTICE_KEY", length: 32)
    }
}
