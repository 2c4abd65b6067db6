import Foundation

/// How the server starts, and what a reset brings back: its admins and the seed.
struct PracticeWorld: Sendable {
    let credentials: PracticeCredentials
    let seed: Seed

    /// A seed file: clients, settings and Keycloak's policy documents to start with.
    struct Seed: Decodable, Sendable {
        var clients: [NewClient]?
        var settings: [String: JSONValue]?
        var keycloakProfiles: JSONValue?
        var keycloakPolicies: JSONValue?

        init() {}

        init(file: String) throws {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            self = try decoder.decode(Seed.self, from: Data(contentsOf: URL(filePath: file)))
        }
    }

    /// Forgets everything and plants the seed again; addresses and keys stay.
    func reset(_ practice: Practice) async throws {
        let settings = try PracticeSettings().merging(seed.settings ?? [:])
        try practice.withState { state throws(KeycloakError) in
            state = PracticeState()
            state.settings = settings
            state.realms[.oktaOrg] = PracticeRealm()
            var realm = PracticeRealm()
            if let profiles = seed.keycloakProfiles { try realm.policies.put(profiles: profiles) }
            if let policies = seed.keycloakPolicies { try realm.policies.put(policies: policies) }
            state.realms[.keycloak("practice")] = realm
        }
        let registrar = Registrar(practice: practice)
        _ = try await registrar.register(
            NewClient(
                dialect: .keycloak, clientId: credentials.keycloakAdminClientID,
                secret: credentials.keycloakAdminSecret,
                grants: [
                    "manage-clients", "view-realm", "manage-realm", "view-events",
                    "manage-events",
                ]))
        _ = try await registrar.register(
            NewClient(
                dialect: .entra, clientId: credentials.adminClientID,
                secret: credentials.adminSecret,
                grants: ["Application.ReadWrite.OwnedBy", KeyVaultService.officer]))
        _ = try await registrar.register(
            NewClient(
                dialect: .logto, clientId: credentials.adminClientID,
                secret: credentials.adminSecret, scopes: ["all"], grants: ["all"]))
        _ = try await registrar.register(
            NewClient(
                dialect: .uaa, clientId: credentials.adminClientID,
                secret: credentials.adminSecret, scopes: ["clients.admin"]))
        _ = try await registrar.register(
            NewClient(
                dialect: .pingone, clientId: credentials.adminClientID,
                secret: credentials.adminSecret,
                grants: [
                    "applications:read:application", "applications:read:secret",
                    "applications:update:secret", "applications:delete:secret",
                ]))
        _ = try await registrar.register(
            NewClient(
                dialect: .pingfederate, clientId: credentials.adminClientID,
                secret: credentials.adminSecret, grants: ["ADMINISTRATOR"]))
        _ = try await registrar.register(
            NewClient(
                dialect: .salesforce, clientId: credentials.adminClientID,
                secret: credentials.adminSecret, grants: ["ExternalClientAppDeveloper"]))
        _ = try await registrar.register(
            NewClient(
                dialect: .wso2, clientId: credentials.adminClientID,
                secret: credentials.adminSecret,
                scopes: [
                    "internal_application_mgt_view",
                    "internal_application_mgt_client_secret_create",
                    "internal_application_mgt_client_secret_view",
                    "internal_application_mgt_client_secret_delete",
                ]))
        _ = try await registrar.register(
            NewClient(
                dialect: .auth0, clientId: credentials.adminClientID,
                secret: credentials.adminSecret, authMethod: .post,
                scopes: [
                    "read:client_keys", "update:clients", "update:client_keys", "read:logs",
                    "read:client_grants",
                ]))
        for client in seed.clients ?? [] { _ = try await registrar.register(client) }
    }
}
