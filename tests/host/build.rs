//! Compiles the host's C++ side.

const SOURCES: [&str; 10] =
    ["answers", "blocks", "faults", "fence", "inputs", "lent", "node", "parameters", "plugin", "python"];

fn main() {
    let mut build = cxx_build::bridge("src/ffi.rs");
    build
        .files(SOURCES.map(|name| format!("cpp/{name}.cpp")))
        .include("include")
        .include("../../include")
        .std("c++17")
        .extra_warnings(true)
        .warnings_into_errors(true);
    if build.get_compiler().is_like_msvc() {
        // std::string and exceptions are part of the design; without /EHsc they are undefined.
        build.flag("/EHsc").flag("/utf-8");
    } else {
        build.flag("-Wall").flag("-Wextra");
    }
    build.compile("tdhost-cpp");

    // For the tests, which compile a plugin of their own.
    let target = std::env::var("TARGET").expect("Cargo sets TARGET");
    println!("cargo::rustc-env=TDHOST_TARGET={target}");

    for folder in ["cpp", "include", "../../include", "src/ffi.rs"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
