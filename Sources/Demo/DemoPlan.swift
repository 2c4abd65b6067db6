/// A client's plan, as a person would write it.
struct DemoPlan: Sendable {
    let client: String
    let dialect: Dialect
    let consumers: [DemoConsumer]
    let service: DemoService

    var file: String { "plans/\(client).yaml" }

    /// The text.
    ///
    /// The admin credential is a reference: its value is in holdover's environment.
    func text(on stage: DemoStage, at authority: PracticeAuthority) -> String {
        let own = "path: \"\(stage.path(service.secretFile))\""
        let stores =
            ["  - {type: file, name: service, \(own)}"]
            + consumers.map { one in
                "  - {type: file, name: \(one.name), path: \"\(stage.path(one.secretFile))\""
                    + one.place.settings + "}"
            }
        let reporting = consumers.map { ($0.name, $0.reportFile) }
        let reports = (reporting + [("service", service.reportFile)]).map { name, file in
            "  - {name: \(name), report: {type: file, path: \"\(stage.path(file))\"}}"
        }
        let hooks = consumers.filter { $0.habit == .hook }.map { one in
            "  - {type: exec, name: \(one.name), command: [/bin/sh, -c, "
                + "'kill -HUP \"$(cat \"$0\")\"', \"\(stage.path(one.processFile))\"]}"
        }
        let lines =
            ["client: \(client)", "client_id: \(client)", "server:"] + server(at: authority)
            + ["stores:"] + stores + ["reload:"] + hooks + ["consumers:"] + reports
            + [
                "overlap: 2s", "watch: 3s", "probe: {successes: 2, window: 1s}",
                "retry: {first: 300ms, cap: 2s, settle: 300ms}",
            ]
        return lines.joined(separator: "\n") + "\n"
    }

    private func server(at authority: PracticeAuthority) -> [String] {
        let url = authority["PRACTICE_URL"]
        return switch dialect {
        case .okta:
            [
                "  type: okta", "  url: \(url)", "  issuer: \(authority["OKTA_ISSUER"])",
                "  admin: {token: \"env:\(dialect.adminVariable)\"}",
            ]
        case .keycloak:
            [
                "  type: keycloak", "  url: \(url)", "  realm: \(authority["KEYCLOAK_REALM"])",
                "  admin: {client_id: \(authority["KEYCLOAK_ADMIN_CLIENT_ID"]), "
                    + "client_secret: \"env:\(dialect.adminVariable)\"}",
            ]
        }
    }
}
