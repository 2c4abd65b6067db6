public import RotationCore
import Testing

extension TargetSettings {
    /// Settings of a target of `type`, named for it.
    static func of(_ type: String, _ values: [String: SettingValue]) -> TargetSettings {
        TargetSettings(name: type, type: type, values: values)
    }
}

extension SettingValue: ExpressibleByStringLiteral {
    /// The literal as a scalar.
    public init(stringLiteral value: String) { self = .text(value) }
}

/// The error that `body` throws; nil where it throws none.
///
/// Any other error fails the test.
func adapterError(_ body: () async throws -> Void) async -> AdapterError? {
    do {
        try await body()
        return nil
    } catch {
        if let error = error as? AdapterError { return error }
        Issue.record(error)
        return nil
    }
}
