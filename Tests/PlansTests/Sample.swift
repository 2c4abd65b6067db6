import RotationCore

@testable import Plans

/// Adapters with every form of setting, spelled like the real ones.
enum Sample {
    static let descriptors = AdapterDescriptors(
        servers: [okta, everyForm],
        stores: [
            AdapterDescriptor(
                type: "file", summary: "a file",
                settings: [
                    SettingDescriptor("path", .path, required: true, summary: "the file"),
                    SettingDescriptor(
                        "format", .choice(["raw", "json", "env"]), summary: "how it is laid out"),
                    SettingDescriptor("candidate_field", .text, summary: "where a second stands"),
                ])
        ],
        hooks: [exec, AdapterDescriptor(type: "signal", summary: "a signal", settings: [])],
        reporters: [
            AdapterDescriptor(
                type: "file", summary: "a file",
                settings: [
                    SettingDescriptor("path", .path, required: true, summary: "the file")
                ], evidence: .fingerprint), exec,
            AdapterDescriptor(
                type: "log", summary: "a store's log",
                settings: [
                    SettingDescriptor("path", .path, required: true, summary: "the file")
                ], evidence: .storeRead),
            AdapterDescriptor(
                type: "pods", summary: "pods", settings: [], evidence: .rollout),
            AdapterDescriptor(
                type: "uses", summary: "uses", settings: [], evidence: .telemetry),
        ])

    private static let okta = AdapterDescriptor(
        type: "okta", summary: "Okta",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the org's address"),
            SettingDescriptor(
                "admin",
                .group([
                    SettingDescriptor("token", .reference, required: true, summary: "SSWS token")
                ]), required: true, summary: "how to reach the admin API"),
        ])

    private static let exec = AdapterDescriptor(
        type: "exec", summary: "a command",
        settings: [
            SettingDescriptor("command", .texts, required: true, summary: "the words"),
            SettingDescriptor("timeout", .span, summary: "how long it may run"),
        ])

    /// One setting of each form.
    private static let everyForm = AdapterDescriptor(
        type: "every-form", summary: "every form",
        settings: [
            SettingDescriptor("a-text", .text, summary: "text"),
            SettingDescriptor("an-integer", .integer, summary: "integer"),
            SettingDescriptor("a-boolean", .boolean, summary: "boolean"),
            SettingDescriptor("a-span", .span, summary: "span"),
            SettingDescriptor("a-url", .url, summary: "url"),
            SettingDescriptor("a-path", .path, summary: "path"),
            SettingDescriptor("a-reference", .reference, summary: "reference"),
            SettingDescriptor("a-choice", .choice(["one", "two"]), summary: "choice"),
            SettingDescriptor("texts", .texts, summary: "texts"),
            SettingDescriptor(
                "a-group",
                .group([
                    SettingDescriptor("inner", .text, required: true, summary: "inner"),
                    SettingDescriptor(
                        "deeper",
                        .group([
                            SettingDescriptor("flag", .boolean, summary: "flag")
                        ]), summary: "deeper"),
                ]), summary: "group"),
        ])

    static let reader = PlanReader(descriptors: descriptors)

    /// The smallest plan, with `extra` lines at its end.
    static func plan(
        _ extra: String = "", client: String = "billing-api", soak: String = "soak: 2h"
    )
        -> String
    {
        """
        client: \(client)
        client_id: 0oa1-\(client)
        server:
          type: okta
          url: https://example.okta.com
          admin: {token: env:OKTA_API_TOKEN}
        stores:
          - {type: file, path: /etc/\(client)/secret}
        \(soak)
        \(extra)
        """
    }

    /// The codes of everything that is wrong with `yaml`, in order.
    static func codes(_ yaml: String) -> [String] { problems(yaml).map(\.code) }

    /// Everything that is wrong with `yaml`.
    static func problems(_ yaml: String) -> [PlanProblem] {
        do {
            _ = try reader.read(yaml, file: "plans/a.yaml")
            return []
        } catch {
            return error.problems
        }
    }
}
