import Adapters
import Foundation
import Plans
import RotationCore

/// Who is told of what: `alerts.yaml` of the plan directory, or the file that is named.
struct AlertShelf {
    let path: String
    /// Whether somebody said that there is such a file.
    let isNamed: Bool

    init(_ workspace: Workspace) {
        let variable = ProcessInfo.processInfo.environment["HOLDOVER_ALERTS"]
        let named = variable.flatMap { $0.isEmpty ? nil : $0 }
        path = named ?? "\(workspace.plansDirectory)/\(PlanDirectory.alertSettings)"
        isNamed = named != nil
    }

    /// Whether `path` means the settings and no plan.
    static func holds(_ path: String) -> Bool {
        path == PlanDirectory.alertSettings || path.hasSuffix("/\(PlanDirectory.alertSettings)")
    }

    /// The settings; nil where there are none.
    func settings() throws(PlanErrors) -> AlertSettings? {
        guard isNamed || access(path, F_OK) == 0 else { return nil }
        return try AlertSettingsReader(channels: AdapterRegistry.channels).load(path)
    }
}
