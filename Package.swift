// swift-tools-version: 6.2
import PackageDescription

// `make fuzz` sets this. The package's own modules are then built for libFuzzer, and the targets of
// FuzzTests become a program; without it nothing here knows of a sanitizer.
let isFuzzing = Context.environment["HOLDOVER_FUZZING"] != nil
let instruments: [SwiftSetting] =
    isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])] : []

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
    ] + instruments

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let arguments = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "holdover",
    products: [
        .executable(name: "holdover", targets: ["holdover"]),
        .executable(name: "practice-server", targets: ["PracticeServer"]),
        .executable(name: "practice-consumer", targets: ["PracticeConsumer"]),
        .executable(name: "sample-service", targets: ["SampleService"]),
        .executable(name: "demo", targets: ["Demo"]),
        .executable(name: "bench", targets: ["Bench"]),
        .executable(name: "simulate", targets: ["Simulator"]),
        .executable(name: "saboteur", targets: ["Saboteur"]),
        .executable(name: "soak", targets: ["Soak"]),
        .executable(name: "load", targets: ["Load"]),
        .library(name: "ClientCredentials", targets: ["ClientCredentials", "HTTPTransport"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Plans and Adapters read the events of the libyaml inside, which only a minor release may
        // move.
        .package(url: "https://github.com/jpsim/Yams", .upToNextMinor(from: "6.2.2")),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // What is true: the machine, the model, the policy, the ports. Pure.
        .target(name: "RotationCore", swiftSettings: settings),

        // How a client gets a token, and the one small port over libcurl below it.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "HTTPTransport", dependencies: ["CCurl"], swiftSettings: settings),
        .target(
            name: "ClientCredentials",
            dependencies: ["HTTPTransport", crypto, jwt, logging, metrics],
            swiftSettings: settings),

        // What happens: the journal and the loop.
        .target(
            name: "RotationEngine",
            dependencies: [
                "RotationCore", crypto, .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),

        // Who we talk to: authorization servers, secret stores, hooks, reports; and a part of the
        // C library that Swift's own module of it leaves out.
        .systemLibrary(name: "CXattr"),
        .target(
            name: "Adapters",
            dependencies: [
                "CXattr", "RotationCore", "ClientCredentials", "HTTPTransport", crypto, subprocess,
                system, .product(name: "Yams", package: "Yams"),
            ],
            exclude: [
                "Auth0/Auth0.md", "Authentik/Authentik.md", "Authlete/Authlete.md",
                "BlueGreen/BlueGreen.md", "Buntubi/Buntubi.md", "Cognito/Cognito.md",
                "Entra/Entra.md", "Exec/Exec.md", "ExecServer/ExecServer.md", "File/File.md",
                "GitLab/GitLab.md", "Glewlwyd/Glewlwyd.md", "Google/Google.md",
                "Gravitee/Gravitee.md", "HTTP/HTTP.md", "Hydra/Hydra.md", "Keycloak/Keycloak.md",
                "LemonLDAP/LemonLDAP.md", "Logto/Logto.md", "Okta/Okta.md",
                "PingFederate/PingFederate.md", "PingOne/PingOne.md", "RFC7592/RFC7592.md",
                "Reload/Reload.md", "Report/Report.md", "Salesforce/Salesforce.md",
                "SystemdCreds/SystemdCreds.md", "UAA/UAA.md", "Vault/Transit.md", "Vault/Vault.md",
                "WSO2/WSO2.md",
                "Zitadel/Zitadel.md",
                "AWSSecrets/AWSSecrets.md", "ExecStore/ExecStore.md", "Kubernetes/Kubernetes.md",
                "Barbican/Barbican.md", "GoogleSecrets/GoogleSecrets.md", "KeyVault/KeyVault.md",
                "ParameterStore/ParameterStore.md",
            ],
            swiftSettings: settings),

        // What adapters promise: suites for ours and for those of others.
        .target(
            name: "AdapterContracts", dependencies: ["RotationCore"], swiftSettings: settings),

        // What is seen from outside: metrics, and what is shipped to make use of them.
        .target(
            name: "Monitoring", dependencies: ["RotationCore", "RotationEngine"],
            exclude: ["Alerting", "Dashboards"], swiftSettings: settings),

        // What people wrote down: YAML plans, checked against the adapters' descriptors.
        .target(
            name: "Plans",
            dependencies: ["RotationCore", crypto, .product(name: "Yams", package: "Yams")],
            swiftSettings: settings),

        // How people ask.
        .executableTarget(
            name: "holdover",
            dependencies: [
                "RotationEngine", "Adapters", "AdapterContracts", "Plans", "ClientCredentials",
                "HTTPTransport", "Monitoring", arguments, logging,
            ],
            swiftSettings: settings),

        // A server and consumers to practise on. Nothing in production imports them.
        .executableTarget(
            name: "PracticeServer",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), jwt, crypto, arguments,
                logging,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "PracticeConsumer",
            dependencies: ["ClientCredentials", "HTTPTransport", arguments],
            swiftSettings: settings),
        // A service as others would write it, with the library alone.
        .executableTarget(
            name: "SampleService",
            dependencies: [
                "ClientCredentials", "HTTPTransport", logging,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "Demo", dependencies: ["HTTPTransport", subprocess, system],
            swiftSettings: settings),
        .executableTarget(
            name: "Bench", dependencies: ["HTTPTransport"], swiftSettings: settings),

        // How we know: fakes, the world in memory, contract suites.
        .target(name: "CSimulatedDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "RotationTesting",
            dependencies: ["CSimulatedDisk", "RotationCore", "RotationEngine", crypto],
            swiftSettings: settings),
        .executableTarget(
            name: "Simulator", dependencies: ["RotationCore", "RotationTesting", arguments],
            swiftSettings: settings),
        .testTarget(
            name: "RotationCoreTests", dependencies: ["RotationCore"], swiftSettings: settings),
        .testTarget(
            name: "HTTPTransportTests", dependencies: ["HTTPTransport", "ProcessTesting"],
            swiftSettings: settings),
        .testTarget(
            name: "ClientCredentialsTests",
            dependencies: [
                "ClientCredentials", "HTTPTransport", "ProcessTesting", crypto, jwt,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RotationEngineTests",
            dependencies: ["AdapterContracts", "RotationEngine", "RotationTesting"],
            swiftSettings: settings),
        .testTarget(
            name: "MonitoringTests",
            dependencies: ["Monitoring", "ProcessTesting", "RotationCore", "RotationEngine"],
            exclude: ["Rules", "Transcripts"], swiftSettings: settings),
        .testTarget(
            name: "PlansTests", dependencies: ["Plans", "RotationCore"], swiftSettings: settings),
        .testTarget(
            name: "AdaptersTests",
            dependencies: [
                "Adapters", "AdapterContracts", "HTTPTransport", "Plans", "ProcessTesting",
                "RotationEngine",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "PracticeServerTests", dependencies: [crypto, jwt],
            swiftSettings: settings),
        .target(name: "ProcessTesting", swiftSettings: settings),
        .executableTarget(name: "Saboteur"),
        .executableTarget(
            name: "Soak", dependencies: ["ClientCredentials", "HTTPTransport", "ProcessTesting"],
            swiftSettings: settings),
        .executableTarget(
            name: "Load",
            dependencies: ["ClientCredentials", "HTTPTransport", "ProcessTesting", metrics],
            swiftSettings: settings),
        .testTarget(
            name: "CommandTests", dependencies: ["ClientCredentials", "ProcessTesting", crypto],
            exclude: ["Transcripts"],
            swiftSettings: settings),
        .testTarget(
            name: "ChaosTests",
            dependencies: ["ProcessTesting", "RotationCore", "RotationEngine", "Saboteur", crypto],
            swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ]
)

let fuzzed: [Target.Dependency] = [
    "RotationCore", "RotationEngine", "Adapters", "Plans", "ClientCredentials", "HTTPTransport",
    .product(name: "GRDB", package: "GRDB.swift"),
]
package.targets +=
    isFuzzing
    ? [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzzer", dependencies: fuzzed + ["CFuzzer"], path: "Tests/FuzzTests",
            exclude: ["Replay"], sources: ["Targets", "Driver"],
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    ]
    : [
        .testTarget(
            name: "FuzzTests", dependencies: fuzzed, exclude: ["Driver"],
            sources: ["Targets", "Replay"],
            swiftSettings: settings)
    ]
