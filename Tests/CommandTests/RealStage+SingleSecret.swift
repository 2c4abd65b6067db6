import ProcessTesting

/// Real servers that hold one secret for each client.
extension RealStage {
    /// Where a rotation is a short outage, which the plan allows.
    static let single = ["glewlwyd", "lemonldap", "dot"]

    /// Sets the stage at one of them.
    static func openSingle(
        _ name: String, rule: String = "allow_outage: true", layout: StoreLayout = .raw,
        _ body: (RealStage) async throws -> Void
    ) async throws {
        try await open(name, rule: rule, layout: layout, server: { lines(name, $0) }, body)
    }

    private static func lines(_ name: String, _ real: RealServerProcess) -> [String] {
        switch name {
        case "glewlwyd":
            [
                "type: glewlwyd", "url: \(real["ADMIN_API"])", "scope: read",
                #"admin: {token: "env:ADMIN_TOKEN"}"#,
            ]
        case "lemonldap":
            [
                "type: lemonldap", "url: \(real["ADMIN_API"].dropLast("/api/v1".count))",
                "issuer: \(real["ISSUER"])", "propagation: 3s",
            ]
        default:
            [
                "type: exec",
                "command: ['\(real["PYTHON"])', '\(RealServerProcess.service("dot-server.py"))', "
                    + "'\(real["SITE"])', '\(real["SETTINGS"])']",
                "token_endpoint: \(real["TOKEN_URL"])", "scope: read",
                "capabilities: {shape: single, limit: 1, origin: client, recognition: trial}",
            ]
        }
    }
}
