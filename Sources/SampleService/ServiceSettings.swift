import Foundation

/// What the service is told by its environment.
struct ServiceSettings: Sendable {
    let tokenURL: String
    let clientID: String
    let secretFile: String
    let adoptionFile: String
    let resourceURL: String

    /// Reads `TOKEN_URL`, `CLIENT_ID`, `CLIENT_SECRET_FILE`, `ADOPTION_FILE` and `RESOURCE_URL`;
    /// throws what is missing.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        func value(_ name: String) throws -> String {
            guard let value = environment[name], !value.isEmpty else { throw Missing(name: name) }
            return value
        }
        tokenURL = try value("TOKEN_URL")
        clientID = try value("CLIENT_ID")
        secretFile = try value("CLIENT_SECRET_FILE")
        adoptionFile = try value("ADOPTION_FILE")
        resourceURL = try value("RESOURCE_URL")
    }

    /// Says where the service listens, to whoever started it.
    func tell(port: Int) {
        print("SERVICE_URL=http://127.0.0.1:\(port)")
        fflush(nil)
    }

    /// A variable that isn't set.
    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not set" }
    }
}
