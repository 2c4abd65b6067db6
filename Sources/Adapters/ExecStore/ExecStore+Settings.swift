import RotationCore

extension ExecStore {
    static let descriptor = AdapterDescriptor(
        type: "exec", summary: "a store that a program of yours reads and writes",
        settings: ExecProgram.settings + [
            SettingDescriptor(
                "capabilities",
                .group([
                    SettingDescriptor(
                        "compares", .boolean, required: true,
                        summary: "whether a write fails where another version is there"),
                    SettingDescriptor(
                        "readable", .boolean,
                        summary: "whether the secret can be read back; true if left out"),
                    SettingDescriptor(
                        "versioned", .boolean,
                        summary: "whether old values stay reachable; false if left out"),
                    SettingDescriptor(
                        "client_id", .boolean,
                        summary: "whether the client_id stands beside the secret and is written "
                            + "with it; false if left out"),
                    SettingDescriptor(
                        "candidate", .boolean,
                        summary: "whether there is room for a second secret; false if left out"),
                ]), required: true, summary: "what the store can do")
        ])

    /// The store of `target`.
    init(_ target: TargetSettings, of plan: Plan, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        let declared = try settings.requiredGroup("capabilities")
        _ = try declared.requiredText("compares")
        capabilities = StoreCapabilities(
            comparesAndSets: try declared.boolean("compares", default: false),
            readable: try declared.boolean("readable", default: true),
            versioned: try declared.boolean("versioned", default: false),
            holdsClientID: try declared.boolean("client_id", default: false),
            holdsCandidate: try declared.boolean("candidate", default: false))
        program = try await ExecProgram(settings, parts)
        clientID = plan.clientID.rawValue
    }
}
