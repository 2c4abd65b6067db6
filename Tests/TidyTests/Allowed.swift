/// What is allowed where.
///
/// A new exception is a line here, with its reason, and shows in a review.
enum Allowed {
    /// Which rooms of ours a room may import; arrows point down only.
    static let rooms: [String: [String]] = [
        "RotationCore": [],
        "CCurl": [],
        "CXattr": [],
        "HTTPTransport": ["CCurl"],
        "ClientCredentials": ["HTTPTransport"],
        "RotationEngine": ["RotationCore"],
        "Adapters": ["RotationCore", "ClientCredentials", "HTTPTransport", "CXattr"],
        "AdapterContracts": ["RotationCore"],
        "Monitoring": ["RotationCore", "RotationEngine"],
        "Plans": ["RotationCore"],
        "holdover": [
            "RotationCore", "RotationEngine", "Adapters", "AdapterContracts", "Plans",
            "ClientCredentials", "HTTPTransport", "Monitoring",
        ],
        "PracticeServer": [],
        "PracticeConsumer": ["ClientCredentials", "HTTPTransport"],
        "SampleService": ["ClientCredentials", "HTTPTransport"],
        "Demo": ["HTTPTransport"],
        "Bench": ["RotationCore", "RotationEngine", "Adapters", "HTTPTransport"],
        "CSimulatedDisk": [],
        "RotationTesting": ["CSimulatedDisk", "RotationCore", "RotationEngine"],
        "Simulator": ["RotationCore", "RotationTesting"],
        "ProcessTesting": [],
        "Soak": ["ClientCredentials", "HTTPTransport", "ProcessTesting"],
        "Load": ["ClientCredentials", "HTTPTransport", "ProcessTesting"],
    ]

    /// Where a library of others may be imported; the rest of the world is open.
    static let libraries: [String: [String]] = [
        "GRDB": ["Sources/RotationEngine/Journal/"],
        "Yams": ["Sources/Plans/"],
        "CYaml": ["Sources/Plans/", "Sources/Adapters/Documents/"],
        "Hummingbird": ["Sources/PracticeServer/", "Sources/SampleService/"],
        "HummingbirdCore": ["Sources/PracticeServer/"],
        "JWTKit": ["Sources/ClientCredentials/", "Sources/PracticeServer/"],
        "Subprocess": ["Sources/Adapters/", "Sources/Demo/", "Sources/Bench/"],
        "ArgumentParser": [
            "Sources/holdover/", "Sources/PracticeServer/", "Sources/PracticeConsumer/",
            "Sources/Simulator/",
        ],
    ]

    /// Where a secret may be read.
    static let plaintext = [
        "Sources/Adapters/",
        "Sources/RotationEngine/Effects/",
        "Sources/RotationEngine/Sealing/",
        "Sources/RotationTesting/",
        "Sources/RotationCore/Model/ClientSecret.swift",  // declares the door
    ]

    /// Where text may be printed.
    static let printing = [
        "Sources/holdover/Output/",
        "Sources/PracticeServer/",
        "Sources/PracticeConsumer/",
        "Sources/SampleService/",
        "Sources/Demo/",
        "Sources/Bench/",
        "Sources/Simulator/",
        "Sources/Soak/",
        "Sources/Load/",
    ]

    /// Which adapters' files may ask the machine for time or chance.
    static let chance = [
        "Sources/Adapters/File/ScratchName.swift",  // only has to differ from its neighbours
        "Sources/RotationCore/Model/ClientSecret.swift",  // what nobody may foresee or replay
    ]

    /// Files that are named for the family of types, or the topic, that they declare.
    static let families = [
        "Sources/PracticeServer/Control/ControlWire.swift",
        "Sources/PracticeServer/OktaDialect/OktaWire.swift",
        "Sources/PracticeServer/Server/RequestBody.swift",
        "Sources/PracticeServer/Token/ClientAssertion.swift",
        "Sources/RotationCore/Model/Identifiers.swift",
        "Sources/RotationCore/Ports/Capabilities.swift",
        "Sources/RotationCore/Ports/Environment.swift",
        "Sources/RotationCore/Policy/Pacing.swift",
        "Sources/RotationEngine/Effects/Accept.swift",
        "Sources/RotationEngine/Effects/Adopt.swift",
        "Sources/RotationEngine/Effects/Proof.swift",
        "Sources/RotationEngine/Effects/Finish.swift",
        "Sources/RotationEngine/Effects/Guards.swift",
        "Sources/RotationEngine/Effects/Reconcile.swift",
        "Sources/RotationEngine/Effects/Revoke.swift",
        "Sources/RotationEngine/Effects/Switch.swift",
        "Sources/RotationEngine/Effects/Withdraw.swift",
        "Sources/RotationEngine/Journal/RotationRow.swift",
        "Sources/RotationTesting/World/WorldConfiguration.swift",
        "Sources/RotationTesting/World/WorldPlan.swift",
        "Sources/RotationTesting/World/WorldPorts.swift",
    ]

    /// Files of `Sources` that may name a path below /tmp, /home or /root, as documented.
    static let machinePaths: [String] = []
}
