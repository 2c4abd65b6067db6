import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore

@testable import Adapters

extension RealServerProcess {
    /// The server of a plan at this one; references to secrets name what its script printed.
    func server(_ type: String, _ settings: [String: SettingValue], _ client: String)
        async throws -> any AuthorizationServer
    {
        let registry = AdapterRegistry(http: CurlClient(), environment: values) {
            Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
        return try await registry.server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client),
                server: .of(type, settings), stores: []))
    }

    /// Presents a secret that is nobody's to `server`, and waits for its log to have `words`.
    func logs(_ words: String, ofRefusalBy server: any AuthorizationServer) async throws -> Bool {
        guard case .refused = try await server.authenticate(with: Self.secret(), connection: .fresh)
        else { return false }
        return try await eventually(within: .seconds(20)) {
            try String(contentsOfFile: self["LOG"], encoding: .utf8).contains(words)
        }
    }

    /// Letters and digits, as every server takes them.
    @Sendable static func secret() -> ClientSecret {
        ClientSecret(UUID().uuidString.replacing("-", with: ""))
    }
}
