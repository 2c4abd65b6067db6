import HTTPTransport
import RotationCore

/// A role of a machine-to-machine application.
struct LogtoRole: Decodable {
    let id: String
}

/// A permission of an API resource, which a token gets as its scope.
struct LogtoScope: Decodable {
    let name: String
}

extension LogtoAPI {
    /// The most that Logto gives at once.
    private static let rolePage = 100
    private static let rolePages = 10

    /// The scopes of all of the application's roles, of whichever resource; nil where it isn't
    /// machine-to-machine, or there are more than can be read.
    func grantedScopes() async throws(AdapterError) -> Set<String>? {
        guard try await application().type == "MachineToMachine" else { return nil }
        let path = "/api/applications/\(URLPart.segment(clientID))/roles"
        guard let roles = try await all(LogtoRole.self, path) else { return nil }
        var found: Set<String> = []
        for role in roles {
            let path = "/api/roles/\(URLPart.segment(role.id))/scopes"
            guard let scopes = try await all(LogtoScope.self, path) else { return nil }
            found.formUnion(scopes.map(\.name))
        }
        return found
    }

    private func all<Item: Decodable & Sendable>(_ type: Item.Type, _ path: String)
        async throws(AdapterError) -> [Item]?
    {
        var found: [Item] = []
        for number in 1...Self.rolePages {
            let query = "page=\(number)&page_size=\(Self.rolePage)"
            let page: [Item]
            do throws(AdapterError) {
                let response = try await admin.expect([200], "GET", "\(path)?\(query)", .read)
                page = try admin.decode([Item].self, response, .read)
            } catch {
                throw error.about("the application's roles")
            }
            found += page
            if page.count < Self.rolePage { return found }
        }
        return nil
    }
}
