/// A realm's client profiles and policies, and what of them is about secret rotation.
struct KeycloakPolicies: Sendable {
    private(set) var profiles: [JSONValue] = []
    private(set) var policies: [JSONValue] = []

    /// Periods of the `secret-rotation` executor, in seconds.
    struct Rotation: Sendable, Hashable {
        let expiration: Int64
        let rotated: Int64
        let remaining: Int64
    }

    /// Replaces the realm's profiles; the whole document is refused for one bad executor.
    mutating func put(profiles document: JSONValue) throws(KeycloakError) {
        let proposed = document["profiles"]?.array ?? []
        for profile in proposed {
            guard profile["name"]?.string != nil else { throw .invalidProfile }
            for executor in profile["executors"]?.array ?? [] {
                guard executor["executor"] == "secret-rotation",
                    Self.rotation(executor["configuration"]) != nil
                else { throw .invalidProfile }
            }
        }
        profiles = proposed
    }

    /// Replaces the realm's policies.
    mutating func put(policies document: JSONValue) throws(KeycloakError) {
        let proposed = document["policies"]?.array ?? []
        for policy in proposed {
            for condition in policy["conditions"]?.array ?? [] {
                guard let name = condition["condition"]?.string,
                    ["client-access-type", "any-client"].contains(name)
                else { throw .invalidPolicy }
            }
            for name in policy["profiles"]?.array ?? [] {
                guard profiles.contains(where: { $0["name"] == name }) else {
                    throw .unknownProfile
                }
            }
        }
        policies = proposed
    }

    /// The rotation that applies to a client; `nil` when a new secret replaces the old at once.
    func rotation(for client: PracticeClient) -> Rotation? {
        guard !client.keycloak.isPublic, !client.keycloak.isBearerOnly else { return nil }
        for policy in policies where policy["enabled"]?.bool ?? false {
            let conditions = policy["conditions"]?.array ?? []
            // A policy without conditions applies to nobody.
            guard !conditions.isEmpty, conditions.allSatisfy(Self.holdsForConfidential) else {
                continue
            }
            for name in policy["profiles"]?.array ?? [] {
                let profile = profiles.first { $0["name"] == name }
                for executor in profile?["executors"]?.array ?? []
                where executor["executor"] == "secret-rotation" {
                    if let rotation = Self.rotation(executor["configuration"]) { return rotation }
                }
            }
        }
        return nil
    }

    private static func holdsForConfidential(_ condition: JSONValue) -> Bool {
        switch condition["condition"]?.string {
        case "any-client": true
        case "client-access-type":
            condition["configuration"]?["type"]?.array?.contains("confidential") ?? false
        default: false
        }
    }

    /// All three periods are required since 26.8; expiration > 0, the others at most as long.
    private static func rotation(_ configuration: JSONValue?) -> Rotation? {
        guard let expiration = seconds(configuration?["expiration-period"]),
            let rotated = seconds(configuration?["rotated-expiration-period"]),
            let remaining = seconds(configuration?["remaining-rotation-period"]),
            expiration > 0, (0...expiration).contains(rotated), remaining <= expiration
        else { return nil }
        return Rotation(expiration: expiration, rotated: rotated, remaining: remaining)
    }

    /// The admin console sends numbers as text.
    private static func seconds(_ value: JSONValue?) -> Int64? {
        value?.integer ?? value?.string.flatMap { Int64($0) }
    }
}
